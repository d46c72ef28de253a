import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApi, type Rollout } from '../../deploy/development/src/api.ts';
import { type Fleet, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import { ask, change, dig, hostOf, submit, untilHost, untilState } from '../support/rollouts.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ hosts: 4, datacenters: 1, portBase: 25_500, rehearsal: 'off' });
});
afterAll(() => fleet?.stop());

/** What a failed test leaves behind would refuse the next one. */
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const act of cleanUp.splice(0)) await act();
});

const LATE = 'ns4.ams';
const answer = () => dig(hostOf(fleet, LATE), 'www.example.com', 'A');
const say = (path: string) => ask(fleet, 'POST', path, { reason: 'a test' });

async function begin(submission: object): Promise<string> {
  const id = await submit(fleet, submission);
  cleanUp.push(() => say(`/v1/rollouts/${id}/abort`));
  return id;
}

/** Waits until the orchestrator has brought the host what it missed of a rollout. */
async function untilCaughtUp(missed: string): Promise<Rollout> {
  for (const end = Date.now() + 45_000; Date.now() < end; ) {
    const { body } = await ask(fleet, 'GET', '/v1/rollouts?limit=5');
    const { items } = body as { items: (Rollout & { catchUpOf: string | null })[] };
    const found = items.find(({ catchUpOf }) => catchUpOf === missed);
    if (found) return untilState(fleet, found.id, 'succeeded', 'halted');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${LATE} does not catch up with ${missed}`);
}

/** What became of the host in a rollout. */
function rowOf({ waves }: Rollout) {
  return waves.flatMap((wave) => wave.hosts).find(({ id }) => id === LATE);
}

test('a host whose agent stands still is left out, and catches up by itself once it goes on', async () => {
  const agent = (await processOf(hostOf(fleet, LATE).services.agent)) ?? 0;
  const before = await answer();
  process.kill(agent, 'SIGSTOP');
  cleanUp.push(() => process.kill(agent, 'SIGCONT'));
  const strategy = { unreachable: 'skip', applyDeadline: '10s', maxUnavailable: 2, vantage: 0 };
  const id = await begin(change(2, ['192.0.2.2'], { strategy }));
  const done = await untilState(fleet, id, 'succeeded', 'halted');
  expect(done).toMatchObject({ state: 'succeeded' });
  expect(rowOf(done)).toMatchObject({ state: 'skipped', verdict: { code: 'skipped_unreachable' } });
  expect(await answer()).toBe(before);

  process.kill(agent, 'SIGCONT');
  expect(await untilCaughtUp(id)).toMatchObject({ state: 'succeeded', waves: [{ hosts: [{ id: LATE }] }] });
  expect(await answer()).toBe('NOERROR 192.0.2.2');
  const hosts = await createApi(fleet.api, fleet.token).hosts();
  expect(new Set(hosts.map(({ applied }) => applied)).size).toBe(1);
}, 120_000);

test('a drained host is left out, and catches up once it is undrained', async () => {
  expect(await say(`/v1/hosts/${LATE}/drain`)).toMatchObject({ status: 200 });
  cleanUp.push(() => say(`/v1/hosts/${LATE}/undrain`));
  const id = await begin(change(3, ['192.0.2.3'], { strategy: { maxUnavailable: 2 } }));
  const done = await untilState(fleet, id, 'succeeded', 'halted');
  expect(done).toMatchObject({ state: 'succeeded' });
  expect(rowOf(done)).toBeUndefined();
  expect(await answer()).toBe('NOERROR 192.0.2.2');

  expect(await say(`/v1/hosts/${LATE}/undrain`)).toMatchObject({ status: 200 });
  expect(await untilCaughtUp(id)).toMatchObject({ state: 'succeeded' });
  expect(await answer()).toBe('NOERROR 192.0.2.3');
}, 120_000);

test('a rollout in the way is named, and one that asked to be queued begins after it', async () => {
  const first = await begin(change(4, ['192.0.2.4'], { strategy: { canary: { soak: '5s' } } }));
  await untilHost(fleet, first, 'ns1.ams', 'soaking');
  const refused = await ask(fleet, 'POST', '/v1/rollouts', change(5, ['192.0.2.5']));
  expect(refused).toMatchObject({ status: 409, body: { code: 'rollout_overlap' } });
  expect(refused.body.detail).toContain(`rollout ${first} has`);

  const next = await begin(change(5, ['192.0.2.5'], { whenBusy: 'queue' }));
  expect((await ask(fleet, 'GET', `/v1/rollouts/${next}`)).body).toMatchObject({
    state: 'planned',
    queued: true,
    verdict: { code: 'queued', reason: expect.stringContaining(first) as string },
  });
  const done = await untilState(fleet, next, 'succeeded', 'halted');
  expect(done).toMatchObject({ state: 'succeeded' });
  const before = await createApi(fleet.api, fleet.token).rollout(first);
  expect(before.state).toBe('succeeded');
  expect(await answer()).toBe('NOERROR 192.0.2.5');
}, 120_000);
