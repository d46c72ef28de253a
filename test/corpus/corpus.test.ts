import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import type { RolloutEvent } from '../../deploy/development/src/api.ts';
import { ask, hostOf, sightOf, submit, until, untilState } from '../support/rollouts.ts';
import { BAD_CONFIGURATIONS, type BadConfiguration } from './configurations.ts';

const HOSTS = ['ns1.ams', 'ns2.ams', 'ns1.fra', 'ns2.fra'];

/** Submits a bad configuration to one host, and looks at everything that it could have touched before and after. */
async function submitTo(fleet: Fleet, host: string, { name, files, more }: BadConfiguration) {
  const before = await sightOf(hostOf(fleet, host));
  const id = await submit(fleet, {
    title: name,
    reason: 'a test',
    bundle: { files },
    targets: { hosts: [host] },
    strategy: { canary: { soak: '2s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } },
    ...more,
  });
  const events: RolloutEvent[] = [];
  const halted = await until(fleet, id, (event) => {
    events.push(event);
    return event.type === 'page.delivered' || (event.type === 'rollout.state' && event.to === 'succeeded');
  });
  const applied = events.some((event) => event.type === 'host.state' && event.to === 'applying');
  if (halted.state === 'halted') {
    const back = (to = ''): boolean => to === 'reverted' || to === 'revertFailed';
    if (applied) await until(fleet, id, (event) => event.type === 'host.state' && back(event.to));
    await ask(fleet, 'POST', `/v1/rollouts/${id}/abort`, { reason: 'the test is over' });
    // The host is free for the next change when its rollout is over.
    await untilState(fleet, id, 'aborted');
  }
  return { halted, applied, before, after: await sightOf(hostOf(fleet, host)) };
}

/** Each host takes one configuration after the other; the hosts work side by side. */
function laneOf(index: number): BadConfiguration[] {
  return BAD_CONFIGURATIONS.filter((_, at) => at % HOSTS.length === index);
}

describe.each([
  { rehearsal: 'auto', portBase: 24_900 },
  { rehearsal: 'off', portBase: 24_960 },
] as const)('with rehearsal $rehearsal', ({ rehearsal, portBase }) => {
  let fleet: Fleet;
  const outcomes = new Map<string, Awaited<ReturnType<typeof submitTo>> | Error>();
  beforeAll(async () => {
    fleet = await startFleet({ hosts: HOSTS.length, datacenters: 2, portBase, rehearsal });
    await Promise.all(
      HOSTS.map(async (host, index) => {
        for (const bad of laneOf(index)) {
          if (rehearsal === 'off' && bad.caught !== 'rehearsal') continue;
          outcomes.set(bad.name, await submitTo(fleet, host, bad).catch((error: unknown) => error as Error));
        }
      }),
    );
  }, 400_000);
  afterAll(() => fleet?.stop());

  const expected = BAD_CONFIGURATIONS.filter(({ caught }) => rehearsal === 'auto' || caught === 'rehearsal');
  test.each(expected)('$caught: $name', ({ name, caught, says }) => {
    const outcome = outcomes.get(name);
    if (outcome === undefined) throw new Error('it was not tried');
    if (outcome instanceof Error) throw outcome;
    const { halted, applied, before, after } = outcome;
    expect(halted).toMatchObject({ state: 'halted', verdict: { verdict: 'fail' } });
    expect(halted.verdict?.reason).toMatch(says);
    // Offline, nothing was touched; live, all is as before but the process.
    expect(applied).toBe(caught === 'another host' || rehearsal === 'off');
    expect(applied ? { ...after, pid: before.pid } : after).toEqual(before);
  });
});
