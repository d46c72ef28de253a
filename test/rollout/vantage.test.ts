import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import { EXAMPLE_COM, exampleCom } from '../../deploy/development/src/configuration.ts';
import {
  ask,
  bundle,
  change,
  dig,
  hostOf,
  namedConf,
  sightOf,
  submit,
  until,
  untilHost,
  untilState,
} from '../support/rollouts.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ hosts: 4, datacenters: 2, portBase: 24_600, addresses: '127.53.30.0/24' });
});
afterAll(() => fleet?.stop());

/** What a failed test leaves under way would refuse the next one. */
const submitted: string[] = [];
afterEach(async () => {
  for (const id of submitted.splice(0))
    await ask(fleet, 'POST', `/v1/rollouts/${id}/abort`, { reason: 'the test is over' });
});

async function begin(submission: object): Promise<string> {
  const id = await submit(fleet, submission);
  submitted.push(id);
  return id;
}

const sightOfAll = () => Promise.all(fleet.hosts.map((host) => sightOf(host)));
const withoutPid = <T extends object>(sight: T) => ({ ...sight, pid: null });
const addresses = ['192.0.2.80', '192.0.2.81'];

/** Every host answers itself, and refuses everybody else. */
const refusing = {
  [EXAMPLE_COM]: exampleCom(2, addresses),
  ...namedConf('allow-query { any; }', 'allow-query { {{host.address}}; 127.0.0.1; }'),
};

describe('a configuration that answers its own host and refuses the world', () => {
  test('halts at the canary, because a host of another datacenter asked it too', async () => {
    const before = await sightOfAll();
    const id = await begin(change(2, addresses, { bundle: { files: bundle(refusing) } }));
    const halted = await untilState(fleet, id, 'succeeded', 'halted');
    expect(halted.verdict?.reason).toMatch(/^ns1\.fra \(in fra\) asked ns1\.ams .*REFUSED, expected NOERROR/);
    expect(halted).toMatchObject({
      state: 'halted',
      verdict: { verdict: 'fail', code: 'vantage_failed', host: 'ns1.ams', wave: 'canary' },
    });
    await untilHost(fleet, id, 'ns1.ams', 'reverted');
    await until(fleet, id, (event) => event.type === 'page.delivered');
    const after = await sightOfAll();
    expect(after.map(withoutPid)).toEqual(before.map(withoutPid));
    expect(after.slice(1)).toEqual(before.slice(1));
    const pages = (await (await fetch(fleet.pages)).json()) as { rollout: string; reason: string }[];
    expect(pages.filter((page) => page.rollout === id).map((page) => page.reason)).toEqual([
      halted.verdict?.reason,
    ]);
  });

  test('passes where nobody else is asked: the host itself cannot see it', async () => {
    const strategy = { vantage: 0 };
    const id = await begin(change(2, addresses, { bundle: { files: bundle(refusing) }, strategy }));
    expect(await untilState(fleet, id, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
    const undone = await ask(fleet, 'POST', `/v1/rollouts/${id}/rollback`, { reason: 'the test is over' });
    expect(undone.status).toBe(200);
    await untilState(fleet, id, 'rolledBack', 'halted');
  });
});

describe('a good change', () => {
  test('reaches every host, each found well by a host of the other datacenter', async () => {
    const id = await begin(change(3, addresses));
    const rollout = await untilState(fleet, id, 'succeeded', 'halted');
    expect(rollout).toMatchObject({ state: 'succeeded', detectedAt: null });
    const rows = rollout.waves.flatMap((wave) => wave.hosts) as unknown as {
      id: string;
      vantage: { host: string; verdict: { verdict: string } }[];
    }[];
    for (const { id: target, vantage } of rows) {
      expect(vantage).toMatchObject([{ verdict: { verdict: 'pass' } }]);
      expect(vantage[0]?.host.split('.')[1]).not.toBe(target.split('.')[1]);
    }
    for (const host of fleet.hosts)
      expect(await dig(host, 'www.example.com', 'A')).toBe(`NOERROR ${addresses.join(' ')}`);
  });

  test('goes on with another host when the one that asks falls silent in the soak', async () => {
    const strategy = { canary: { soak: '25s' } };
    const id = await begin(change(4, ['192.0.2.80'], { strategy }));
    const asked = until(fleet, id, (event) => event.type === 'vantage.asked');
    await asked;
    const agent = (await processOf(hostOf(fleet, 'ns1.fra').services.agent)) ?? 0;
    process.kill(agent, 'SIGSTOP');
    try {
      await until(fleet, id, (event) => event.type === 'vantage.asked' && event.point === 'ns2.fra');
      await untilHost(fleet, id, 'ns1.ams', 'confirmed');
    } finally {
      process.kill(agent, 'SIGCONT');
    }
    expect(await untilState(fleet, id, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
  }, 120_000);
});
