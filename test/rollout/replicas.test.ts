import { execFile } from 'node:child_process';
import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi } from '../../deploy/development/src/api.ts';
import { type Fleet, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import { projectPath } from '../../deploy/development/src/central.ts';
import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { LoggedEvent } from '../../services/orchestrator/src/core/event.ts';
import { verifyChain } from '../../services/orchestrator/src/runtime/chain.ts';
import { appliedEpochs, ask, change, dig, submit, untilHost, untilState } from '../support/rollouts.ts';

const run = promisify(execFile);

const ALL = [0, 1, 2];
const within = { timeout: 30_000, interval: 100 };

let fleet: Fleet;
let serial = 1;
beforeAll(async () => {
  fleet = await startFleet({ hosts: 6, datacenters: 3, orchestrators: 3, portBase: 7700, rehearsal: 'off' });
}, 120_000);
afterAll(() => fleet?.stop());

/** The fleet as it is asked through one of its orchestrators. */
function through(index: number): Fleet {
  return { ...fleet, api: fleet.apis[index] ?? '' };
}

async function signal(service: string, name: NodeJS.Signals): Promise<number> {
  const pid = await processOf(fleet.services[service] ?? '');
  if (pid === null) throw new Error(`${service} does not run`);
  process.kill(pid, name);
  return pid;
}

/** Waits until every host answers well, as after an abort: a plan counts on healthy hosts only. */
async function untilWell(by: Fleet): Promise<void> {
  const unwell = async (): Promise<string[]> => {
    const hosts = await createApi(by.api, by.token).hosts();
    return hosts.flatMap(({ id, health }) => (health.verdict === 'pass' ? [] : [id]));
  };
  await expect.poll(unwell, within).toEqual([]);
}

async function submitNext(by: Fleet): Promise<{ id: string; answer: string }> {
  await untilWell(by);
  serial += 1;
  const address = `192.0.2.${100 + serial}`;
  return { id: await submit(by, change(serial, [address])), answer: `NOERROR ${address}` };
}

async function expectGoodEnd(by: Fleet, id: string, answer: string): Promise<void> {
  expect(await untilState(by, id, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
  for (const host of fleet.hosts) {
    expect(await dig(host, 'www.example.com', 'A')).toBe(answer);
    const epochs = await appliedEpochs(host);
    // Once for this change. One that went back has two restarts of its own, there and back.
    expect(epochs.filter((epoch) => epoch === epochs.at(-1))).toHaveLength(1);
  }
}

async function redis<T>(use: (client: Redis) => Promise<T>): Promise<T> {
  const conf = await readFile(join(fleet.runDir, 'redis', 'redis.conf'), 'utf8');
  const setting = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(conf)?.[1] ?? '';
  const client = new Redis({
    host: '127.0.0.1',
    port: Number(setting('port')),
    password: setting('requirepass'),
  });
  client.on('error', () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

async function wholeLog(): Promise<LoggedEvent[]> {
  const entries = await redis((client) => client.xrange('bw:log', '-', '+'));
  return entries.map(([, flat]) => JSON.parse(flat[flat.indexOf('event') + 1] ?? '') as LoggedEvent);
}

async function readiness(index: number): Promise<{ ready: boolean; reasons: string[] }> {
  const response = await fetch(`${fleet.apis[index]}/readyz`);
  return (await response.json()) as { ready: boolean; reasons: string[] };
}

/** The longest time between two events of a rollout, in milliseconds. */
async function longestPause(id: string): Promise<number> {
  const times = (await wholeLog())
    .filter((event) => 'rollout' in event && event.rollout === id)
    .map(({ at }) => at);
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

describe('of three orchestrators', () => {
  test('one that is killed leaves its waves to the others, and nobody is changed twice', async () => {
    const { id, answer } = await submitNext(through(0));
    await untilHost(through(1), id, 'ns1.ams', 'soaking');
    await signal('orchestrator', 'SIGKILL');
    await expectGoodEnd(through(1), id, answer);
    expect(await longestPause(id)).toBeLessThan(10_000);
  });

  test('one that is stopped is left within seconds; when it goes on, nobody follows what it knew', async () => {
    const { id, answer } = await submitNext(through(0));
    await untilHost(through(0), id, 'ns1.ams', 'applying', 'verifying', 'soaking');
    const pid = await signal('orchestrator-2', 'SIGSTOP');
    await expectGoodEnd(through(0), id, answer);
    process.kill(pid, 'SIGCONT');
    await expect.poll(() => readiness(1), within).toMatchObject({ ready: true });
    const seen = await ask(through(1), 'GET', `/v1/rollouts/${id}`);
    expect(seen.body.state).toBe('succeeded');
    expect(await longestPause(id)).toBeLessThan(12_000);
    verifyChain(await wholeLog(), GENESIS);
  });

  test('any may be told: a verb at one is followed by hosts that wait at another, and a key means one rollout', async () => {
    serial += 1;
    const body = change(serial, [`192.0.2.${100 + serial}`], { strategy: { canary: { soak: '30s' } } });
    const send = (index: number): Promise<{ id: string }> =>
      fetch(`${fleet.apis[index]}/v1/rollouts`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${fleet.token}`,
          'content-type': 'application/json',
          'idempotency-key': 'once',
        },
        body: JSON.stringify(body),
      }).then((response) => response.json() as Promise<{ id: string }>);
    const answers = await Promise.all(ALL.map(send));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    const { id } = answers[0] as { id: string };
    await untilHost(through(2), id, 'ns1.ams', 'soaking');
    const told = Date.now();
    await ask(through(1), 'POST', `/v1/rollouts/${id}/abort`, { reason: 'a test' });
    await untilHost(through(2), id, 'ns1.ams', 'reverted');
    // A poll is held for five seconds: whoever had to wait for its end would be slower.
    expect(Date.now() - told).toBeLessThan(4500);
  });
});

describe('Redis', () => {
  test('may be killed and come back in the middle of a rollout', async () => {
    const { id, answer } = await submitNext(through(0));
    await untilHost(through(1), id, 'ns1.ams', 'soaking');
    await signal('redis', 'SIGKILL');
    await expectGoodEnd(through(2), id, answer);
  });

  test('with a setting that could lose writes is granted nothing on, by none of them, until it is corrected', async () => {
    serial += 1;
    const address = `192.0.2.${100 + serial}`;
    await untilWell(through(0));
    const slow = change(serial, [address], { strategy: { canary: { soak: '20s' } } });
    const id = await submit(through(0), slow);
    await untilHost(through(0), id, 'ns1.ams', 'soaking');
    await redis((client) => client.config('SET', 'appendfsync', 'everysec'));
    for (const index of ALL) {
      await expect
        .poll(() => readiness(index), within)
        .toMatchObject({
          ready: false,
          reasons: [expect.stringContaining('appendfsync')],
        });
    }
    await untilHost(through(0), id, 'ns1.ams', 'confirmed');
    const grants = async (): Promise<string[]> =>
      (await wholeLog()).flatMap((event) =>
        event.type === 'host.state' && event.rollout === id && event.to === 'applying' ? [event.host] : [],
      );
    // Two sweeps of each of them: every one has had its chance.
    const seen = Date.now();
    await expect.poll(() => Date.now() - seen, within).toBeGreaterThan(6000);
    expect(await grants()).toEqual(['ns1.ams']);
    await redis((client) => client.config('SET', 'appendfsync', 'always'));
    await expectGoodEnd(through(0), id, `NOERROR ${address}`);
  });

  test('that has lost the end of its log grants nothing and is paged, until a person accepts it', async () => {
    const folder = join(fleet.runDir, 'redis', 'appendonlydir');
    const [name] = (await readdir(folder)).filter((file) => file.endsWith('.incr.aof'));
    const aof = join(folder, name ?? '');
    const early = (await stat(aof)).size;
    const { id } = await submitNext(through(0));
    await untilState(through(0), id, 'succeeded');
    const before = await Promise.all(fleet.hosts.map((host) => appliedEpochs(host)));

    const sv = (verb: string): Promise<unknown> =>
      run('sv', ['-w', '10', verb, fleet.services['redis'] ?? '']);
    await sv('down');
    await truncate(aof, early);
    await sv('up');
    for (const index of ALL) {
      await expect
        .poll(() => readiness(index), within)
        .toMatchObject({
          ready: false,
          reasons: [expect.stringContaining('safe mode')],
        });
    }
    const refused = await ask(through(1), 'POST', '/v1/rollouts', change(99, ['192.0.2.99']));
    expect([refused.status, refused.body.code]).toEqual([503, 'safe_mode']);
    const pages = async (): Promise<unknown> => (await fetch(fleet.pages)).json();
    await expect
      .poll(pages, within)
      .toContainEqual(expect.objectContaining({ code: 'store_behind', rollout: null }));

    const main = projectPath('services/orchestrator/src/main.ts');
    const config = join(fleet.runDir, 'orchestrator', 'orchestrator.json');
    const why = ['--by', 'admin', '--reason', 'cut short'];
    const accept = (...more: string[]): Promise<{ stdout: string }> =>
      run(process.execPath, [main, 'accept-store', '--config', config, ...why, ...more], { env: {} });
    await expect(accept()).rejects.toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`rollout.submitted ${id}, by admin`) as string,
    });
    const others = ['orchestrator-2', 'orchestrator-3'].flatMap((each) => [
      '--witness',
      join(fleet.runDir, each, 'witness'),
    ]);
    expect((await accept('--yes', ...others)).stdout).toContain('Accepted with event');
    await expect(accept('--yes')).rejects.toMatchObject({ code: 1 });
    for (const index of ALL) await expect.poll(() => readiness(index), within).toMatchObject({ ready: true });
    expect(await Promise.all(fleet.hosts.map((host) => appliedEpochs(host)))).toEqual(before);
    serial += 10;
    const next = await submitNext(through(2));
    await expectGoodEnd(through(2), next.id, next.answer);
    verifyChain(await wholeLog(), GENESIS);
  });

  test('that is empty is not taken for a new one', async () => {
    await redis((client) => client.flushall());
    for (const index of ALL) {
      await expect
        .poll(() => readiness(index), within)
        .toMatchObject({
          ready: false,
          reasons: [expect.stringContaining('store_behind')],
        });
    }
    expect((await ask(through(0), 'POST', '/v1/line/stop', { reason: 'x' })).body.code).toBe('safe_mode');
    expect(await wholeLog()).toEqual([]);
  });
});
