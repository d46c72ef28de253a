import { fail, ROLLOUT_STATES, WAVE_STATES } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { sampleHost, sampleRollout, sampleRow, sampleWave, T0 } from '../http/testing/samples.ts';
import { headline, newsOf, rolloutNews } from './news.ts';
import { sampleSight } from './testing/sample-sight.ts';

const SERVFAIL = fail('check_failed', 'www.example.com A answered SERVFAIL');

/** Halted at the canary, which is in some state. */
function halted(state: Parameters<typeof sampleRow>[1], began: number | null = T0) {
  const rows = [sampleRow('ns1.ams', { failure: SERVFAIL, ...state }), sampleRow('ns2.ams')];
  return sampleRollout({
    state: 'halted',
    verdict: { ...SERVFAIL, host: 'ns1.ams', wave: 'canary' },
    waves: [
      sampleWave('canary', ['ns1.ams'], { state: 'failed', startedAt: began }),
      sampleWave('global', ['ns2.ams']),
    ],
    hosts: Object.fromEntries(rows.map((row) => [row.id, row])) as never,
  });
}

describe('the first line', () => {
  test('is quiet when all is well, and counts', () => {
    expect(headline(sampleSight(), T0)).toEqual({ tone: 'good', text: 'All quiet: 2 of 2 hosts healthy.' });
  });

  test('says of a halt where it is, why, what holds and what to decide', () => {
    expect(rolloutNews(halted({ state: 'reverted' })).text).toBe(
      'HALTED: r-1 at the canary ns1.ams — www.example.com A answered SERVFAIL. The host is back on its old ' +
        'configuration. No host keeps the change. Decide: abort or resume.',
    );
  });

  test.each([
    ['reverting', 'is going back'],
    ['failed', 'is going back'],
    ['revertFailed', 'could NOT go back by itself'],
    ['lost', 'Nothing is heard'],
  ] as const)('says of a canary that is %s that it %s', (state, words) => {
    expect(rolloutNews(halted({ state })).text).toContain(words);
  });

  test('never says that nothing was touched once a wave has begun, although the host has no grant any more', () => {
    expect(rolloutNews(halted({ state: 'reverted', grantedAt: null })).text).not.toContain('Nothing live');
    expect(rolloutNews(halted({ state: 'failed' }, null)).text).toBe(
      'HALTED: r-1 in preflight at ns1.ams — www.example.com A answered SERVFAIL. Nothing live was touched. ' +
        'Decide: abort or resume.',
    );
  });

  test('puts what a person must decide before what goes on by itself', () => {
    const running = sampleRollout({ id: 'r-9' as never });
    const sight = sampleSight({
      live: [running, halted({ state: 'reverted' })],
      hosts: [sampleHost('ns1.ams', { availability: 'unhealthy' })],
      line: { stopped: true, by: 'sue' as never, reason: 'Wait', since: T0, frozen: null },
      unready: ['page r-1-p1 has been taken by nobody', 'safe mode (store_behind): The store ends early.'],
    });
    expect(newsOf(sight, T0).map(({ text }) => text.split(/[:,]/)[0])).toEqual([
      'SAFE MODE',
      'HALTED',
      'NOT READY',
      'THE LINE IS STOPPED since 00',
      '1 of 1 host is not healthy',
      'Rolling out',
    ]);
  });

  test('names an emergency until it is over', () => {
    const emergency = { incident: 'INC-7', expiresAt: T0 + 60_000 };
    const under = sampleSight({ live: [sampleRollout({ emergency })] });
    expect(headline(under, T0).text).toMatch(/^EMERGENCY INC-7: r-1 .* no host after 00:01:00 UTC/);
    const over = sampleSight({ live: [sampleRollout({ emergency, state: 'succeeded' })] });
    expect(headline(over, T0).tone).toBe('good');
  });

  test('names hosts that run something else than declared, unless a live rollout has them', () => {
    const hosts = [
      sampleHost('ns1.ams', { desired: 'other' as never }),
      sampleHost('ns2.ams', { desired: null }),
      sampleHost('ns3.ams', { status: null }),
    ];
    const text = '1 host runs another configuration than declared: ns1.ams.';
    expect(headline(sampleSight({ hosts }), T0)).toEqual({ tone: 'bad', text });
    const rollout = sampleRollout({ hosts: { 'ns1.ams': sampleRow('ns1.ams') } as never });
    const taken = [sampleHost('ns1.ams', { ...hosts[0], rollout: rollout.id })];
    const news = newsOf(sampleSight({ hosts: taken, live: [rollout] }), T0);
    expect(news.map((one) => one.text)).not.toContainEqual(expect.stringContaining('declared'));
  });

  test('of unheard hosts never says that all is quiet', () => {
    const sight = sampleSight({ hosts: [sampleHost('ns1.ams', { availability: 'unknown' })] });
    expect(headline(sight, T0)).toMatchObject({
      tone: 'bad',
      text: expect.stringContaining('not heard') as string,
    });
  });
});

test('every state of a rollout and a wave has words that end as a sentence does', () => {
  for (const state of ROLLOUT_STATES) {
    for (const wave of WAVE_STATES) {
      const { text } = rolloutNews(
        sampleRollout({ state, waves: [sampleWave('global', ['ns1.ams'], { state: wave })] }),
      );
      expect(text).toMatch(/r-1.*\.$/);
      expect(text).not.toMatch(/undefined|null| {2}/);
    }
  }
});
