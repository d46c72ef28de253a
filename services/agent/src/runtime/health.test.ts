import { FakeClock } from '@breakwater/shared/testing';
import { expect, test } from 'vitest';
import { BOUNDS } from '../core/pace.ts';
import { digest } from '../core/testing/examples.ts';
import { NO_EVIDENCE } from '../core/world.ts';
import { Health } from './health.ts';
import type { Zones } from './zones.ts';

test('a round whose questions are never answered ends by itself, and is no data', async () => {
  const clock = new FakeClock();
  const dns = { ask: () => Promise.withResolvers<never>().promise };
  const zones = { of: async () => [{ name: 'a.example', type: 'primary' }] } as unknown as Zones;
  const health = new Health({ dns, clock }, zones);
  const daemon = { process: { pid: 1, startedAt: 1 }, exits: 0, lastExit: null };
  const live = digest('a');
  const world = { live, daemon, boot: 'boot', evidence: NO_EVIDENCE, staged: null, restartAskedAt: null };
  const round = health.round({ purpose: 'idle', turn: 0, change: null }, world);
  await clock.untilArmed();
  await clock.advance(BOUNDS.round);
  await round;
  expect(health.evidence.rounds.at(-1)?.verdict).toMatchObject({
    verdict: 'noData',
    code: 'round_unfinished',
  });
});
