import { pass, fail, inconclusive } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { Answer, Answered, Question } from './answer.ts';
import { type Ask, soaQuestion } from './plan-questions.ts';
import { ANSWERED } from './testing/examples.ts';
import { witnesses, witnessFault } from './witness.ts';

const NONE: Answer = { kind: 'none', cause: 'x', latencyMs: 1 };
const answer = (more: Partial<Answered> = {}): Answered => ({ ...ANSWERED, ...more });

const JUDGE: Ask['judge'] = ({ rcode }, starting) => {
  if (rcode === 'NOERROR') return pass('answered', 'Right.');
  return starting && rcode === 'SERVFAIL'
    ? inconclusive('still_starting', 'Slow.')
    : fail('wrong_rcode', 'Wrong.');
};
const ask = (name: string, more: Partial<Question> = {}, serialBefore?: number): Ask => ({
  question: { ...soaQuestion(name), ...more },
  tries: 3,
  judge: JUDGE,
  ...(serialBefore !== undefined && { serialBefore }),
});
const code = (...answers: Answer[]) => witnessFault(ask('a.example'), answers, true)?.code ?? null;

describe('a question that is asked again and again', () => {
  test.each<[string, Answer[], string | null]>([
    ['always the same', [answer(), answer(), answer()], null],
    [
      'a serial that grows, as a dynamic zone does',
      [answer(), answer({ serial: 2 }), answer({ serial: 2 })],
      null,
    ],
    ['a serial that goes back', [answer({ serial: 2 }), answer({ serial: 1 })], 'answers_differ'],
    ['two names', [answer({ nsid: 'new' }), answer({ nsid: 'old' })], 'answers_differ'],
    ['a name and none', [answer({ nsid: 'new' }), answer()], 'answers_differ'],
    ['right and wrong', [answer(), answer({ rcode: 'REFUSED' })], 'answers_differ'],
    ['always wrong', [answer({ rcode: 'REFUSED' }), answer({ rcode: 'REFUSED' })], 'wrong_rcode'],
    ['once still starting', [answer({ rcode: 'SERVFAIL' }), answer()], 'still_starting'],
    ['a lost packet', [answer(), NONE, answer()], null],
    ['nothing', [NONE, NONE], null],
  ])('%s', (_, answers, expected) => expect(code(...answers)).toBe(expected));

  test('says what to look for', () => {
    expect(witnessFault(ask('a.example'), [answer({ serial: 2 }), answer()], false)?.reason).toBe(
      'a.example SOA over udp was asked 2 times, and its serial went back to 1 between them: look for a second daemon at the same address and port',
    );
  });
});

describe('what tells the old daemon from the new one', () => {
  const names = (asks: Ask[], answers: Answer[]) =>
    witnesses(asks, answers).map(({ question }) => question.name);
  test('is the first question over UDP, and the zone whose serial has moved', () => {
    const asks = [ask('check', { transport: 'tcp' }), ask('a', {}, 1), ask('b', {}, 1), ask('c', {}, 1)];
    expect(names(asks, [answer(), answer(), answer({ serial: 2 }), answer({ serial: 2 })])).toEqual([
      'a',
      'b',
    ]);
    expect(names(asks, [answer(), answer({ serial: 2 }), answer(), answer()])).toEqual(['a']);
  });

  test('is nothing that is asked at loopback or over TCP', () => {
    const asks = [ask('a', { at: 'loopback' }, 1), ask('b', { transport: 'tcp' }, 1)];
    expect(names(asks, [answer({ serial: 2 }), answer({ serial: 2 })])).toEqual([]);
    expect(names([], [])).toEqual([]);
  });
});
