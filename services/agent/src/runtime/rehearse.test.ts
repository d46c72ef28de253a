import { FakeClock } from '@breakwater/shared/testing';
import { expect, test } from 'vitest';
import type { Rehearsal, Stage, StageState } from '../adapters/rehearsal/interface.ts';
import type { Answer } from '../core/answer.ts';
import { assignment, digest } from '../core/testing/examples.ts';
import { FakeHost, GOOD } from '../testing/fake-host.ts';
import { rehearse } from './rehearse.ts';
import type { Zones } from './zones.ts';

const clockOf = () => new FakeClock();
const FLAGS = { aa: true, ad: false, ra: false, tc: false };
const RIGHT = {
  kind: 'answer',
  rcode: 'NOERROR',
  ...FLAGS,
  answers: [],
  serial: 1,
  nsid: null,
  latencyMs: 1,
} as const;

/** A stage whose faults are data; it counts how often it was closed. */
class FakeStage implements Stage {
  closed = 0;
  now: StageState = { is: 'running' };
  answer: Answer | 'never' = RIGHT;
  dns = {
    ask: (): Promise<Answer> =>
      this.answer === 'never' ? Promise.withResolvers<never>().promise : Promise.resolve(this.answer),
  };
  allLoaded = false;
  state = (): StageState => this.now;
  loaded = (): Promise<boolean> => Promise.resolve(this.allLoaded);
  log = (): Promise<string> => Promise.resolve('its words');
  stranger = { ask: (): Promise<Answer> => Promise.resolve(RIGHT) };
  place = '192.0.2.1 port 53';
  listeners = (): Promise<readonly string[]> => Promise.resolve(['192.0.2.1#5353']);
  close = (): Promise<void> => {
    this.closed += 1;
    return Promise.resolve();
  };
}

/** @param live how the rehearsal of the live generation goes, should it come to that. */
function start(stage: FakeStage | Error, clock = clockOf(), live = new FakeStage()) {
  const zones = { of: async () => [{ name: 'a.example', type: 'primary' }] } as unknown as Zones;
  const open = (tree: string) => {
    const wanted = tree === '/live' ? live : stage;
    return wanted instanceof Error ? Promise.reject(wanted) : Promise.resolve(wanted);
  };
  const rehearsal: Rehearsal = { unavailable: null, open };
  const outside = {
    rehearsal,
    clock,
    generations: { pathOf: (generation: string) => (generation === digest('a') ? '/live' : '/tree') },
    supervisor: { observe: async () => ({ process: null }) },
  } as unknown as Parameters<typeof rehearse>[0];
  const before = { zone: 'a.example', transport: 'udp', rcode: 'NOERROR', aa: true, serial: 1 } as const;
  const health = { baseline: async () => [before] };
  return rehearse(outside, { zones, health }, assignment(1, 'stage'), digest('a'));
}

/** Lets the fake time pass until there is a verdict. */
async function finish(clock: FakeClock, verdict: ReturnType<typeof start>) {
  const over = new AbortController();
  const closed = verdict.then(() => over.abort());
  while (!over.signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(50);
  }
  await closed;
  return verdict;
}

test('a rehearsal in which all is right passes, and the stage is closed', async () => {
  const stage = new FakeStage();
  expect(await start(stage)).toMatchObject({ verdict: 'pass', code: 'rehearsed' });
  expect(stage.closed).toBe(1);
});

test('a candidate that drops a burst from a stranger fails, unless the live generation does so too', async () => {
  const dropping = () => {
    const stage = new FakeStage();
    let asked = 0;
    stage.stranger.ask = () => {
      asked += 1;
      return Promise.resolve(asked <= 3 ? RIGHT : { kind: 'none', cause: 'no answer', latencyMs: 1 });
    };
    return stage;
  };
  const verdict = await start(dropping());
  expect(verdict).toMatchObject({ verdict: 'fail', code: 'rehearsal_drops_answers' });
  expect(verdict.reason).toMatch(/^In the rehearsal, rate limiting/);
  expect(await start(dropping(), clockOf(), dropping())).toMatchObject({
    verdict: 'pass',
    code: 'rehearsed',
  });
});

test('a stage that breaks says nothing about the change', async () => {
  const stage = new FakeStage();
  stage.now = { is: 'broken', cause: 'the relay was killed' };
  const verdict = await start(stage);
  expect(verdict).toMatchObject({ verdict: 'inconclusive', code: 'rehearsal_unavailable' });
  expect(verdict.reason).toContain('the relay was killed');
  expect(stage.closed).toBe(1);
  expect(await start(new Error('no tmpfs'))).toMatchObject({ code: 'rehearsal_unavailable' });
});

test('a daemon that answered and then ended has not passed', async () => {
  const stage = new FakeStage();
  stage.dns.ask = () => {
    stage.now = { is: 'exited', how: 'exited with status 1' };
    return Promise.resolve(RIGHT);
  };
  const verdict = await start(stage);
  expect(verdict).toMatchObject({ verdict: 'fail', code: 'rehearsal_daemon_exited' });
  expect(verdict.reason).toBe('In the rehearsal, the daemon exited with status 1. Its log: its words');
});

test('a daemon that comes up and then answers some questions only is given up at the bound', async () => {
  const clock = clockOf();
  const stage = new FakeStage();
  let asked = 0;
  stage.dns.ask = () => {
    asked += 1;
    return asked === 1 ? Promise.resolve(RIGHT) : Promise.withResolvers<never>().promise;
  };
  const began = clock.monotonic();
  const verdict = await finish(clock, start(stage, clock));
  expect(verdict).toMatchObject({ verdict: 'fail', code: 'rehearsal_unfinished' });
  expect(clock.monotonic() - began).toBeLessThan(6000);
  expect(stage.closed).toBe(1);
});

test('SERVFAIL counts when it stays until the bound, soon after all is loaded, and REFUSED at once', async () => {
  const clock = clockOf();
  const stage = new FakeStage();
  stage.answer = { ...RIGHT, rcode: 'SERVFAIL' };
  const began = clock.monotonic();
  expect(await finish(clock, start(stage, clock))).toMatchObject({ code: 'rehearsal_wrong_answers' });
  expect(clock.monotonic() - began).toBeGreaterThanOrEqual(5000);
  stage.allLoaded = true;
  const loaded = clock.monotonic();
  expect(await finish(clock, start(stage, clock))).toMatchObject({ code: 'rehearsal_wrong_answers' });
  expect(clock.monotonic() - loaded).toBeLessThan(4000);
  stage.answer = { ...RIGHT, rcode: 'REFUSED' };
  const again = clock.monotonic();
  expect(await finish(clock, start(stage, clock))).toMatchObject({ code: 'rehearsal_wrong_answers' });
  expect(clock.monotonic() - again).toBeLessThan(1000);
});

test('where the live generation fails a rehearsal too, the change is not blamed, and does not pass', async () => {
  const clock = clockOf();
  const [stage, live] = [new FakeStage(), new FakeStage()];
  for (const each of [stage, live]) each.now = { is: 'exited', how: 'exited with status 1' };
  const verdict = await finish(clock, start(stage, clock, live));
  expect(verdict).toMatchObject({ verdict: 'inconclusive', code: 'rehearsal_unavailable' });
  expect([stage.closed, live.closed]).toEqual([1, 1]);
});

test('a change that mends what is live passes, though the live generation would fail', async () => {
  const live = new FakeStage();
  live.now = { is: 'exited', how: 'exited with status 1' };
  expect(await start(new FakeStage(), clockOf(), live)).toMatchObject({ code: 'rehearsed' });
  expect(live.closed).toBe(0);
});

test('a host whose rehearsal does not come to an end is not ready', async () => {
  const host = new FakeHost();
  host.rehearsal = { unavailable: null, open: () => Promise.reject(new Error('no tmpfs')) };
  host.assign(1, 'stage', GOOD);
  await host.start();
  await host.pass(5000);
  await host.stop();
  expect(host.entries.slice(0, 3)).toEqual(['adopted', 'accepted', 'rejected']);
  expect(host.journal.records()[2]).toMatchObject({ verdict: { code: 'rehearsal_unavailable' } });
});
