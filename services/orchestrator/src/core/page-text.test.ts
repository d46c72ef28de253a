import type { RolloutId } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VERBS } from './event.ts';
import { LONGEST_SUMMARY, PAGE_TEXTS, pageReason, type PageText, type Place } from './page-text.ts';

const ID = 'r-42' as RolloutId;

const HALT = {
  where: 'in wave datacenter ams at ns1.ams',
  done: 'ns1.ams is going back by itself; no other host keeps the change.',
  next: 'abortOrResume',
  repeated: false,
} as const;

/** Every page that wakes somebody, about one place. */
function firing(place: Place, why = 'www.example.com A answered REFUSED (asked by ns1.fra)') {
  const about = { incident: 'INC-7'.repeat(50), hosts: 12, overtaken: ['r-1', 'r-2'], leftMs: 3_600_000 };
  return {
    halted: PAGE_TEXTS.halted(place, { ...HALT, why }),
    repeated: PAGE_TEXTS.halted(place, { ...HALT, why, next: 'rollBackAbortOrResume', repeated: true }),
    goingBack: PAGE_TEXTS.halted(place, { ...HALT, why, next: 'goesBack' }),
    revertFailed: PAGE_TEXTS.revertFailed(place, why),
    rollbackIncomplete: PAGE_TEXTS.rollbackIncomplete(place, why),
    emergencySubmitted: PAGE_TEXTS.emergencySubmitted(place, about),
    emergencyStarted: PAGE_TEXTS.emergencyStarted(place, about.incident),
  } satisfies Record<string, PageText>;
}

const PLACE: Place = { id: ID, title: 'Two addresses', wave: 'datacenter ams', host: 'ns1.ams' };
const ALL = {
  ...firing(PLACE),
  safeMode: PAGE_TEXTS.safeMode(),
  safeModeOver: PAGE_TEXTS.safeModeOver(),
  decided: PAGE_TEXTS.decided(PLACE, 'rollback'),
  test: PAGE_TEXTS.test(),
};

/** `breakwater VERB ID [HOST] --reason "…"` as the command line takes it; `retry` and `skip` need a host. */
const COMMAND = /^breakwater (\w+) (r-\d+)(?: (\S+))? --reason "…"$/;
function isCommand(line: string): boolean {
  if (line === 'breakwater status') return true;
  const [, verb = '', , host = ''] = COMMAND.exec(line) ?? [];
  return (
    (VERBS as readonly string[]).includes(verb) && (verb === 'retry' || verb === 'skip') === (host !== '')
  );
}

describe('a page', () => {
  test.each(Object.entries(ALL))('%s says what is done, what is to be decided, and how', (_name, text) => {
    expect(text.summary.length).toBeLessThanOrEqual(LONGEST_SUMMARY);
    expect(text.done).not.toBe('');
    expect(text.decide).not.toBe('');
    expect(isCommand(text.command)).toBe(true);
    for (const [command] of text.decide.matchAll(/breakwater (?!status)\w+ \S+[^.]*? --reason "…"/g)) {
      expect([command, isCommand(command)]).toEqual([command, true]);
    }
  });

  test.each(Object.entries(firing(PLACE)))(
    '%s has in its first line where it is and what is asked',
    (name, text) => {
      expect(text.summary).toContain(ID);
      expect(text.summary).toContain(text.done);
      expect(text.summary).toMatch(/ Decide: .+[?.]$/);
      if (name.startsWith('emergency')) return;
      expect(text.summary).toContain('www.example.com A answered REFUSED (asked by ns1.fra).');
      expect(text.summary).toContain('wave datacenter ams');
      expect(text.summary).toContain('ns1.ams');
    },
  );

  test('of a halt offers what is safe first, and no way back where nothing has changed', () => {
    expect(ALL.halted.summary).toMatch(/ Decide: abort or resume\?$/);
    expect(ALL.halted.decide).not.toContain('rollback');
    expect(ALL.repeated.summary).toMatch(/ Decide: roll back, abort or resume\?$/);
    const order = ['rollback', 'abort', 'resume'].map((verb) => ALL.repeated.decide.indexOf(` ${verb} `));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('of a host that is not back tells whoever reads it to go there', () => {
    expect(ALL.revertFailed.summary).toContain('ns1.ams is NOT back');
    expect(ALL.revertFailed.decide).toContain('On ns1.ams: breakwater-agent status');
  });

  test('stays within its bounds, whatever people and hosts write, and keeps its question', () => {
    const long = fc.string({ unit: 'binary', maxLength: 4000 });
    fc.assert(
      fc.property(long, long, (title, reason) => {
        for (const text of Object.values(firing({ ...PLACE, title }, reason))) {
          const { summary, done, decide, command }: PageText = text;
          const whole = [summary, done, decide, command, pageReason(reason)].join(' ');
          expect(whole.length).toBeLessThanOrEqual(2000);
          expect(text.summary.length).toBeLessThanOrEqual(LONGEST_SUMMARY);
          expect(text.summary).toContain(' Decide: ');
        }
      }),
    );
  });
});
