import { FakeClock } from '@breakwater/shared/testing';
import { expect, test } from 'vitest';
import type { Answer } from '../core/answer.ts';
import { soaQuestion } from '../core/plan-questions.ts';
import { ANSWERED } from '../core/testing/examples.ts';
import { askAll } from './ask-all.ts';

const never = Promise.withResolvers<Answer>().promise;
const NONE: Answer = { kind: 'none', cause: 'timeout', latencyMs: 1 };
const asked = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ question: soaQuestion(`z${index}`), tries: 3 }));
const signal = new AbortController().signal;

test('questions of which not one is answered are given up together, and asked no further', async () => {
  const clock = new FakeClock();
  const questions: string[] = [];
  const late = Promise.withResolvers<Answer>();
  const ask = ({ name }: { name: string }): Promise<Answer> => {
    questions.push(name);
    return late.promise;
  };
  const dns = { ask };
  const asking = askAll(asked(100), { dns, clock }, { signal, silentAfterMs: 200 });
  await clock.untilArmed();
  await clock.advance(200);
  const answers = await asking;
  expect(answers).toHaveLength(100);
  expect(new Set(answers.map((answer) => answer.kind))).toEqual(new Set(['none']));
  const before = questions.length;
  late.resolve(NONE);
  await new Promise((resolve) => setImmediate(resolve));
  expect([before, questions.length]).toEqual([32, 32]);
});

test('one answer is enough to wait for the others', async () => {
  const clock = new FakeClock();
  const slow = Promise.withResolvers<Answer>();
  const dns = {
    ask: ({ name }: { name: string }) => (name === 'z0' ? Promise.resolve(ANSWERED) : slow.promise),
  };
  const asking = askAll(asked(2), { dns, clock }, { signal, silentAfterMs: 200 });
  await clock.untilArmed();
  await clock.advance(200);
  slow.resolve({ ...ANSWERED, serial: 2 });
  expect(await asking).toMatchObject([{ serial: 1 }, { serial: 2 }]);
});

test('what arrived before the time was over counts, although the timer was seen first', async () => {
  const clock = new FakeClock();
  const arriving = Promise.withResolvers<Answer>();
  const asking = askAll(
    asked(1),
    { dns: { ask: () => arriving.promise }, clock },
    { signal, silentAfterMs: 200 },
  );
  await clock.untilArmed();
  const advancing = clock.advance(200);
  arriving.resolve(ANSWERED);
  await advancing;
  expect(await asking).toEqual([ANSWERED]);
});

test('an unanswered question is asked as often as it may be', async () => {
  let times = 0;
  const dns = { ask: () => Promise.resolve((times += 1) < 3 ? NONE : ANSWERED) };
  expect(await askAll(asked(1), { dns, clock: new FakeClock() }, { signal, silentAfterMs: null })).toEqual([
    ANSWERED,
  ]);
  times = -9;
  expect(await askAll(asked(1), { dns, clock: new FakeClock() }, { signal, silentAfterMs: null })).toEqual([
    NONE,
  ]);
  expect(times).toBe(-6);
});

test('after its signal nothing is asked', async () => {
  const dns = { ask: () => never };
  const patience = { signal: AbortSignal.abort(), silentAfterMs: null };
  expect(await askAll(asked(2), { dns, clock: new FakeClock() }, patience)).toMatchObject([
    { kind: 'none' },
    { kind: 'none' },
  ]);
});
