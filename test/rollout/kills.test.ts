import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import {
  appliedEpochs,
  ask,
  change,
  dig,
  hostOf,
  submit,
  until,
  untilHost,
  untilState,
} from '../support/rollouts.ts';

let fleet: Fleet;
let serial = 1;
beforeAll(async () => {
  // What comes of a bad change that has gone live can be seen only where nothing has stopped it before.
  fleet = await startFleet({ hosts: 6, datacenters: 3, portBase: 22_000, rehearsal: 'off' });
});
afterAll(() => fleet?.stop());

async function kill(service: string | undefined): Promise<void> {
  const pid = await processOf(service ?? '');
  if (pid === null) throw new Error(`nothing runs in ${service}`);
  process.kill(pid, 'SIGKILL');
}

/** Loses every wake-up: what a rollout needs must be in its state, never in a job. */
async function deleteJobs(): Promise<void> {
  const conf = await readFile(join(fleet.runDir, 'redis', 'redis.conf'), 'utf8');
  const setting = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(conf)?.[1] ?? '';
  const redis = new Redis({
    host: '127.0.0.1',
    port: Number(setting('port')),
    password: setting('requirepass'),
  });
  const keys = await redis.keys('bull:*');
  expect(keys.length).toBeGreaterThan(0);
  await redis.del(keys);
  await redis.quit();
}

/** A change that is new to every host, and its submission. */
async function submitNext(): Promise<{ id: string; answer: string }> {
  serial += 1;
  const address = `192.0.2.${100 + serial}`;
  return { id: await submit(fleet, change(serial, [address])), answer: `NOERROR ${address}` };
}

/** The rollout ends well, every host answers anew, and no host was restarted twice for it. */
async function expectGoodEnd(id: string, answer: string): Promise<void> {
  const rollout = await untilState(fleet, id, 'succeeded', 'halted');
  expect(rollout).toMatchObject({ state: 'succeeded' });
  for (const host of fleet.hosts) {
    expect(await dig(host, 'www.example.com', 'A')).toBe(answer);
    const epochs = await appliedEpochs(host);
    expect(epochs).toEqual([...new Set(epochs)]);
  }
}

describe('a rollout goes on and ends the same way', () => {
  test('when the orchestrator is killed in the middle of a wave', async () => {
    const { id, answer } = await submitNext();
    await untilHost(fleet, id, 'ns1.ams', 'soaking');
    await kill(fleet.services['orchestrator']);
    await until(
      fleet,
      id,
      (event) => event.type === 'wave.state' && event.wave === 'datacenter fra' && event.to === 'running',
    );
    await kill(fleet.services['orchestrator']);
    await expectGoodEnd(id, answer);
  });

  test.each(['applying', 'verifying', 'soaking'])(
    'when an agent is killed while its host is %s',
    async (state) => {
      const { id, answer } = await submitNext();
      await untilHost(fleet, id, 'ns1.ams', state, 'confirmed');
      await kill(hostOf(fleet, 'ns1.ams').services.agent);
      await expectGoodEnd(id, answer);
    },
  );

  test('when Redis is killed in the middle of a wave', async () => {
    const { id, answer } = await submitNext();
    await untilHost(fleet, id, 'ns1.ams', 'soaking');
    await kill(fleet.services['redis']);
    await expectGoodEnd(id, answer);
  });

  test('when every wake-up job is deleted', async () => {
    const { id, answer } = await submitNext();
    await untilHost(fleet, id, 'ns1.ams', 'soaking');
    await deleteJobs();
    await expectGoodEnd(id, answer);
  });
});

describe('a bad canary still halts', () => {
  test('when the orchestrator is killed while the canary applies, and the page arrives', async () => {
    const bad = change(serial + 1, ['192.0.2.66'], {
      checks: [{ name: 'www.example.com', type: 'A', expect: { answers: ['192.0.2.67'] } }],
    });
    const id = await submit(fleet, bad);
    await untilHost(fleet, id, 'ns1.ams', 'applying');
    await kill(fleet.services['orchestrator']);
    const rollout = await until(fleet, id, (event) => event.type === 'page.delivered');
    expect(rollout).toMatchObject({ state: 'halted', verdict: { host: 'ns1.ams', code: 'wrong_answers' } });
    await untilHost(fleet, id, 'ns1.ams', 'reverted');
    expect(await dig(hostOf(fleet, 'ns1.ams'), 'www.example.com', 'A')).toBe(
      `NOERROR 192.0.2.${100 + serial}`,
    );
    expect(
      (await ask(fleet, 'POST', `/v1/rollouts/${id}/abort`, { reason: 'the test is over' })).status,
    ).toBe(200);
  });
});
