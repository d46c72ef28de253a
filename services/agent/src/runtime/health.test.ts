import { FakeClock } from '@breakwater/shared/testing';
import { expect, test } from 'vitest';
import { BOUNDS } from '../core/pace.ts';
import type { Answer, Question } from '../core/answer.ts';
import type { Change } from '../core/memory.ts';
import { ANSWERED, assignment, bundleOf, digest } from '../core/testing/examples.ts';
import { NO_EVIDENCE, type World } from '../core/world.ts';
import { Health } from './health.ts';
import type { Zones } from './zones.ts';

const VIEW = {
  host: {
    id: 'ns1',
    address: '192.0.2.1',
    datacenter: 'ams',
    port: 53,
    controlPort: 953,
    root: '/r',
    stateDir: '/s',
  },
  vars: {},
};

test('a round whose questions are never answered ends by itself, and is no data', async () => {
  const clock = new FakeClock();
  const dns = { ask: () => Promise.withResolvers<never>().promise };
  const zones = { of: async () => [{ name: 'a.example', type: 'primary' }] } as unknown as Zones;
  const health = new Health({ dns, clock, view: VIEW }, zones);
  const daemon = { process: { pid: 1, startedAt: 1 }, exits: 0, lastExit: null };
  const live = digest('a');
  const world = {
    live,
    daemon,
    boot: 'boot',
    evidence: NO_EVIDENCE,
    staged: null,
    spread: 0,
    restartAskedAt: null,
    reload: null,
  };
  const round = health.round({ purpose: 'idle', turn: 0, change: null }, world);
  await clock.untilArmed();
  const advancing = clock.advance(10_000);
  await round;
  await advancing;
  expect(health.evidence.rounds.at(-1)?.verdict).toMatchObject({
    verdict: 'noData',
    code: 'round_unfinished',
  });
});

const since = { at: 0, boot: 'boot' };
const baseline = [{ zone: 'a.example', transport: 'udp', rcode: 'NOERROR', aa: true, serial: 1 }] as const;
const process = { pid: 1, startedAt: 1 };
const CHANGE: Change = {
  assignment: assignment(1, 'apply'),
  phase: 'soaking',
  since,
  process,
  swap: { previous: digest('a'), baseline, ...since },
  restart: null,
  cause: null,
  unhealthy: null,
};
const WORLD: World = {
  live: bundleOf(1),
  daemon: { process, exits: 0, lastExit: null },
  boot: 'boot',
  evidence: NO_EVIDENCE,
  staged: null,
  spread: 0,
  restartAskedAt: null,
  reload: null,
};

function healthWith(ask: (question: Question) => Promise<Answer>, address = VIEW.host.address) {
  const clock = new FakeClock();
  const zones = { of: async () => [{ name: 'a.example', type: 'primary' }] } as unknown as Zones;
  const view = { ...VIEW, host: { ...VIEW.host, address } };
  return { clock, health: new Health({ dns: { ask }, clock, view }, zones) };
}

test('a daemon that falls silent in its soak ends the round after a moment, however often each question may be asked', async () => {
  const { clock, health } = healthWith(() => Promise.withResolvers<never>().promise);
  const began = clock.monotonic();
  const round = health.round({ purpose: 'soak', turn: 0, change: CHANGE }, WORLD);
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(BOUNDS.silence);
  await round;
  expect(health.evidence.rounds.at(-1)).toMatchObject({
    verdict: { verdict: 'noData', code: 'no_answer' },
    silence: 'unanswered',
    endedAt: began + BOUNDS.silence,
  });
});

test('a second daemon at the same address is found, although each answer alone is as before', async () => {
  let asked = 0;
  const { health } = healthWith(async () => ({ ...ANSWERED, serial: (asked += 1) % 2 === 1 ? 2 : 1 }));
  await health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
  expect(health.evidence.rounds.at(-1)?.verdict).toMatchObject({ verdict: 'fail', code: 'answers_differ' });
  expect(asked).toBeGreaterThan(10);
});

test('a refusal by the host itself is remembered with the round', async () => {
  const { health } = healthWith(async () => ({
    kind: 'none',
    cause: 'refused',
    refused: true,
    latencyMs: 1,
  }));
  await health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
  expect(health.evidence.rounds.at(-1)?.silence).toBe('refused');
});

test.each([
  ['192.0.2.1', 1],
  ['2001:db8::1', 1],
  ['127.53.28.1', 0],
  ['::1', 0],
])('the baseline of a host at %s holds %i answers of loopback', async (address, count) => {
  const { health } = healthWith(async () => ANSWERED, address);
  const found = await health.baseline([{ name: 'a.example', type: 'primary' }]);
  expect(found.filter(({ at }) => at === 'loopback')).toHaveLength(count);
  expect(found.filter(({ at }) => at === undefined).map(({ transport }) => transport)).toEqual([
    'udp',
    'udp',
    'tcp',
  ]);
});

const REFUSED: Answer = { ...ANSWERED, rcode: 'REFUSED', aa: false, serial: null };

test('a wrong answer that only some give is said to be a second daemon, in a soak too', async () => {
  for (const purpose of ['verify', 'soak'] as const) {
    let asked = 0;
    const { health } = healthWith(async () => ((asked += 1) % 2 === 1 ? REFUSED : ANSWERED));
    await health.round({ purpose, turn: 0, change: CHANGE }, WORLD);
    const verdict = health.evidence.rounds.at(-1)?.verdict;
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'answers_differ' });
    expect(verdict?.reason).toContain('look for a second daemon at the same address and port');
  }
});

test('a wrong answer that everybody gives is what it is, and so is one that was given once', async () => {
  for (const later of [REFUSED, ANSWERED]) {
    let asked = 0;
    const { health } = healthWith(async () => ((asked += 1) === 1 ? REFUSED : later));
    await health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
    expect(health.evidence.rounds.at(-1)?.verdict).toMatchObject({ verdict: 'fail', code: 'wrong_rcode' });
  }
});

test('who falls silent while it is asked again and again is asked only twice more', async () => {
  let asked = 0;
  const none: Answer = { kind: 'none', cause: 'timeout', latencyMs: 1000 };
  const { health } = healthWith(async () => ((asked += 1) === 1 ? ANSWERED : none));
  await health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
  expect(asked).toBe(3);
  expect(health.evidence.rounds.at(-1)?.verdict.verdict).toBe('pass');
});

test('a daemon that starts may answer later than one that was well', async () => {
  const late = Promise.withResolvers<Answer>();
  const { clock, health } = healthWith(() => late.promise);
  const round = health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(BOUNDS.silence * 4);
  late.resolve(ANSWERED);
  await round;
  expect(health.evidence.rounds.at(-1)?.verdict.verdict).toBe('pass');
});

test('what is asked of a running daemon is counted by what came of it', async () => {
  const counted: string[] = [];
  const zones = { of: async () => [{ name: 'a.example', type: 'primary' }] } as unknown as Zones;
  const metrics = { checked: (verdict: string) => counted.push(verdict) } as unknown as NonNullable<
    ConstructorParameters<typeof Health>[0]['metrics']
  >;
  const dns = { ask: async () => REFUSED };
  const health = new Health({ dns, clock: new FakeClock(), view: VIEW, metrics }, zones);
  await health.round({ purpose: 'soak', turn: 0, change: CHANGE }, WORLD);
  expect(counted).toEqual(['fail']);
});

test.each([
  ['a little', 1000, ['round_unfinished']],
  ['so long that it has not looked', BOUNDS.unwatched + 1, []],
])('a round during which the agent itself was stopped for %s', async (_, lateMs, codes) => {
  const { clock, health } = healthWith(() => Promise.withResolvers<never>().promise);
  const setTimer = clock.setTimer.bind(clock);
  const monotonic = clock.monotonic.bind(clock);
  let behind = 0;
  clock.monotonic = () => monotonic() + behind;
  clock.setTimer = (ms, then) =>
    setTimer(ms, () => {
      behind = lateMs;
      then();
    });
  const round = health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
  await clock.untilArmed();
  const advancing = clock.advance(BOUNDS.round);
  await round;
  await advancing;
  expect(health.evidence.rounds.map(({ verdict }) => verdict.code)).toEqual(codes);
});

test('what had arrived when the round was over counts, although its end was seen first', async () => {
  const arriving = Promise.withResolvers<Answer>();
  const { clock, health } = healthWith(() => arriving.promise);
  const round = health.round({ purpose: 'verify', turn: 0, change: CHANGE }, WORLD);
  await clock.untilArmed();
  const advancing = clock.advance(BOUNDS.round);
  arriving.resolve(REFUSED);
  await round;
  await advancing;
  expect(health.evidence.rounds.at(-1)?.verdict.code).toBe('wrong_rcode');
});
