import { fail, noData, pass } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { sampleLog, sampleRollout, sampleRow, sampleWave, T0 } from './testing/samples.ts';
import { timelineMarkdown } from './timeline-markdown.ts';
import { timelineOf } from './timeline.ts';

const wrong = fail('wrong_answer', 'www.example.com A answered SERVFAIL');
const canary = { wave: 'canary', host: 'ns1.ams' };
const later = { wave: 'datacenter ams', host: 'ns2.ams' };

/** Each event with the sentence that is told of it; `null` where nothing is. */
const TOLD: [event: Record<string, unknown>, text: string | null][] = [
  [
    { type: 'rollout.submitted', by: 'sue', title: 'T', reason: 'Why', hosts: 2 },
    'The submitter asked for "T" on 2 hosts: Why.',
  ],
  [
    { type: 'rollout.submitted', by: 'sue', title: 'T', reason: 'Why!', hosts: 1 },
    'The submitter asked for "T" on 1 host: Why!',
  ],
  [
    { type: 'rollout.command', verb: 'approve', by: 'ann', reason: 'Fine.' },
    'An approver approved it: Fine.',
  ],
  [{ type: 'rollout.command', verb: 'pause', by: 'bob', reason: 'Odd.' }, 'An operator paused it: Odd.'],
  [{ type: 'rollout.command', verb: 'resume', by: 'sue', reason: 'Go.' }, 'The submitter resumed it: Go.'],
  [{ type: 'rollout.command', verb: 'abort', by: 'sue', reason: 'No.' }, 'The submitter aborted it: No.'],
  [
    { type: 'rollout.command', verb: 'rollback', by: 'bob', reason: 'Bad.' },
    'An operator rolled it back: Bad.',
  ],
  [
    { type: 'rollout.command', verb: 'retry', by: 'bob', reason: 'R', host: 'ns1.ams' },
    'An operator had it retried on ns1.ams: R.',
  ],
  [
    { type: 'rollout.command', verb: 'skip', by: 'bob', reason: 'S', host: 'ns1.ams' },
    'An operator had it skip ns1.ams: S.',
  ],
  [
    { type: 'rollout.state', from: 'running', to: 'halted', verdict: wrong },
    'The rollout went from running to halted: www.example.com A answered SERVFAIL.',
  ],
  [
    { type: 'wave.state', wave: 'canary', from: 'pending', to: 'running' },
    'The canary wave went from pending to running.',
  ],
  [
    { type: 'host.state', ...canary, from: 'ready', to: 'applying' },
    'ns1.ams (canary) went from ready to applying.',
  ],
  [{ type: 'host.state', ...later, from: 'ready', to: 'applying' }, null],
  [
    { type: 'host.state', ...later, from: 'soaking', to: 'failed', verdict: wrong },
    'ns2.ams (datacenter ams) went from soaking to failed: www.example.com A answered SERVFAIL.',
  ],
  [
    { type: 'host.reported', ...later, state: 'unhealthy', verdict: wrong },
    'ns2.ams (datacenter ams) reported unhealthy: www.example.com A answered SERVFAIL.',
  ],
  [{ type: 'host.reported', ...canary, state: 'soaked', verdict: wrong }, null],
  [
    { type: 'host.confirming', ...canary, vantage: ['ns1.fra', 'ns2.fra'] },
    'ns1.ams (canary) was told to keep the change, on its own word and that of ns1.fra, ns2.fra.',
  ],
  [
    // As it was written before hosts asked one another.
    { type: 'host.confirming', ...canary },
    'ns1.ams (canary) was told to keep the change, on its own word and that of nobody else.',
  ],
  [{ type: 'host.confirming', ...later, vantage: ['ns1.fra'] }, null],
  [
    { type: 'vantage.asked', ...canary, point: 'ns1.fra' },
    'ns1.fra is asked to check ns1.ams (canary) from where it is.',
  ],
  [{ type: 'vantage.asked', ...later, point: 'ns1.fra' }, null],
  [
    { type: 'vantage.reported', ...later, point: 'ns1.fra', verdict: wrong },
    'ns1.fra asked ns2.ams (datacenter ams) and found it wrong: www.example.com A answered SERVFAIL.',
  ],
  [
    { type: 'vantage.reported', ...canary, point: 'ns1.fra', verdict: noData('no_answer', 'No answer') },
    'ns1.fra asked ns1.ams (canary) and found nothing to judge: No answer.',
  ],
  [{ type: 'vantage.reported', ...later, point: 'ns1.fra', verdict: pass('answered', 'Good') }, null],
  [
    { type: 'page.queued', page: { summary: 'r-1 halted at the canary' } },
    'A page was sent off: r-1 halted at the canary.',
  ],
  [
    { type: 'page.queued', page: { summary: 'x', status: 'resolved' } },
    'The page is taken back: the pagers are told that it is decided.',
  ],
  [{ type: 'page.delivered', page: 'p-1', channel: 'slack' }, 'The channel "slack" took the page.'],
  [{ type: 'line.stopped', by: 'bob', reason: 'Stop' }, 'An operator stopped the line: Stop.'],
  [{ type: 'line.started', by: 'bob', reason: 'Go' }, 'An operator started the line again: Go.'],
];

describe('timeline', () => {
  test.each(TOLD)('tells $type', (event, text) => {
    const { entries } = timelineOf(sampleRollout(), sampleLog(event));
    const told = { at: new Date(T0 + 1000).toISOString(), sinceStartMs: 1000, text };
    expect(entries).toEqual(text === null ? [] : [told]);
  });

  test('names nobody', () => {
    const { entries } = timelineOf(sampleRollout(), sampleLog(...TOLD.map(([event]) => event)));
    expect(entries.map(({ text }) => text).join(' ')).not.toMatch(/\b(?:sue|ann|bob)\b/);
  });

  test('takes only what decides a halt for the decision of a person', () => {
    const said = (verb: string) => ({
      type: 'rollout.command',
      verb,
      by: 'bob',
      reason: 'R',
      host: 'ns1.ams',
    });
    const halted = sampleRollout({ haltedAt: T0 });
    const decisionIn = (...verbs: string[]) =>
      timelineOf(halted, sampleLog(...verbs.map(said))).key.find(({ what }) =>
        what.startsWith('First decision'),
      );
    expect(decisionIn('skip')).toMatchObject({ at: null, note: 'nobody has decided yet' });
    expect(decisionIn('skip', 'rollback')).toMatchObject({ note: 'rollback' });
  });

  test('says of a halt before any wave where it was, and nothing of waves and hosts that keep the change', () => {
    const verdict = { ...wrong, host: 'ns1.ams' };
    const rollout = sampleRollout({
      state: 'rolledBack',
      haltedAt: T0,
      waves: [sampleWave('canary', ['ns1.ams'])],
      hosts: { 'ns1.ams': sampleRow('ns1.ams', { state: 'failed', failure: wrong }) } as never,
    });
    const log = sampleLog({ type: 'rollout.state', from: 'preflighting', to: 'halted', verdict });
    const { summary } = timelineOf(rollout, log);
    expect(summary).toContain('The machine halted it in preflight at ns1.ams, because');
    expect(summary).toMatch(/: www\.example\.com A answered SERVFAIL\. Nothing live was touched\./);
    expect(summary).toContain('The rollout is rolled back now.');
  });

  test('says how long the halt and the page took, once there is something to say', () => {
    expect(timelineOf(sampleRollout(), [])).toMatchObject({
      detectedToHaltedMs: null,
      haltedToPagedMs: null,
    });
    const halted = sampleRollout({ detectedAt: T0, haltedAt: T0 + 40, pagedAt: T0 + 1540 });
    expect(timelineOf(halted, [])).toMatchObject({
      detectedToHaltedMs: 40,
      haltedToPagedMs: 1500,
      haltedAt: '2026-01-01T00:00:00.040Z',
    });
  });

  test('says how long each wave took; one that runs has no end, one that ran twice has its last', () => {
    const rollout = sampleRollout({
      waves: [
        sampleWave('canary', ['ns1.ams'], { state: 'passed', startedAt: T0 }),
        sampleWave('global', ['ns2.ams'], { state: 'running', startedAt: T0 + 5000 }),
      ],
    });
    const log = sampleLog(
      { type: 'wave.state', wave: 'canary', from: 'soaking', to: 'passed' },
      { type: 'wave.state', wave: 'canary', from: 'soaking', to: 'passed' },
      { type: 'wave.state', wave: 'global', from: 'pending', to: 'running' },
    );
    expect(timelineOf(rollout, log).waves).toMatchObject([
      { wave: 'canary', state: 'passed', durationMs: 2000, hosts: 1 },
      { wave: 'global', state: 'running', endedAt: null, durationMs: null, hosts: 1 },
    ]);
  });

  test('in Markdown, what people wrote stays text', () => {
    const rollout = sampleRollout({ title: '<b>*x*</b> | [a](b)', detectedAt: T0, haltedAt: T0 + 40 });
    const log = sampleLog({ type: 'line.stopped', by: 'bob', reason: '<img src=x>\n# Heading' });
    const lines = timelineMarkdown(timelineOf(rollout, log)).split('\n');
    expect(lines[0]).toBe('# r-1: \\<b\\>\\*x\\*\\</b\\> \\| \\[a\\](b)');
    expect(lines).toContain('| Halted | 2026-01-01T00:00:00.040Z | 40ms after it was first seen |');
    expect(lines).toContain('| Page taken | — |  |');
    expect(lines.at(-2)).toBe(
      '- 2026-01-01T00:00:01.000Z (+1s) An operator stopped the line: \\<img src=x\\> \\# Heading.',
    );
    expect(lines.join('').replaceAll('\\<', '')).not.toContain('<');
  });
});
