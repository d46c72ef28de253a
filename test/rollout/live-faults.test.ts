import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE_COM, exampleCom } from '../../deploy/development/src/configuration.ts';
import { type Fleet, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import type { Rollout, RolloutEvent } from '../../deploy/development/src/api.ts';
import { ask, bundle, change, hostOf, namedConf, sightOf, submit, until } from '../support/rollouts.ts';

/** What only the live daemon's answers can show: the changes are not rehearsed here. */
let fleet: Fleet;
beforeAll(async () => {
  const where = { portBase: 24_400, addresses: '127.53.29.0/24' };
  fleet = await startFleet({ hosts: 4, datacenters: 2, rehearsal: 'off', ...where });
});
afterAll(() => fleet?.stop());

/** The only host that any of these changes ever reaches. */
const CANARY = 'ns1.ams';
/** From a fault to the orchestrator's knowledge of it. The agent's own bound is in `judgeSteady`. */
const SOON_MS = 2500;
const ADDRESSES = ['192.0.2.80', '192.0.2.81'];

let submitted: string | null = null;
afterEach(async () => {
  if (submitted !== null)
    await ask(fleet, 'POST', `/v1/rollouts/${submitted}/abort`, { reason: 'the test is over' });
  submitted = null;
});

async function begin(submission: object): Promise<string> {
  submitted = await submit(fleet, submission);
  return submitted;
}

/** Waits until a rollout's canary is in a state. @returns when it was, by the orchestrator's clock, which is ours. */
async function when(id: string, ...states: readonly string[]): Promise<{ at: number; rollout: Rollout }> {
  let at = 0;
  const fits = (event: RolloutEvent): boolean => {
    const found = event.type === 'host.state' && event.host === CANARY && states.includes(event.to ?? '');
    if (found) at = Date.parse(event.at);
    return found;
  };
  const rollout = await until(fleet, id, fits);
  return { at, rollout };
}

async function expectBack(id: string, before: Awaited<ReturnType<typeof sightsOf>>): Promise<void> {
  await when(id, 'reverted');
  const after = await sightsOf();
  expect(after[0]).toEqual({ ...before[0], pid: after[0]?.pid });
  expect(after.slice(1)).toEqual(before.slice(1));
}

const sightsOf = () => Promise.all(fleet.hosts.map((host) => sightOf(host)));

const zone = (text: string, files: Record<string, string> = {}) => ({
  bundle: { files: bundle({ [EXAMPLE_COM]: text, ...files }) },
});
const elsewhere = namedConf('listen-on port {{host.port}}', 'listen-on port 24499');

describe('a change that only its answers give away stops at the canary', () => {
  test.each([
    ['it listens on another port', zone(exampleCom(2, ADDRESSES), elsewhere), 'not_listening', 6000],
    ['it answers without the records', zone(exampleCom(2, [])), 'wrong_rcode', SOON_MS],
    ['its serial has gone back', zone(exampleCom(0, ADDRESSES)), 'serial_went_back', SOON_MS],
  ])('%s', async (_name, files, code, within) => {
    const before = await sightsOf();
    const id = await begin(change(2, ADDRESSES, files));
    const applying = await when(id, 'verifying');
    const { at, rollout } = await when(id, 'failed');
    expect(rollout).toMatchObject({ state: 'halted', verdict: { code, host: CANARY, wave: 'canary' } });
    expect(at - applying.at).toBeLessThan(within);
    await expectBack(id, before);
  });
});

describe('a daemon that fails in its soak is found out in a moment', () => {
  const long = { strategy: { canary: { soak: '30s' } } };

  test.each([
    ['is stopped, and answers nobody', 'SIGSTOP', 'no_answer'],
    ['is killed, and started again by its supervisor', 'SIGKILL', 'daemon_exited'],
  ] as const)('%s', async (_name, signal, code) => {
    const before = await sightsOf();
    const id = await begin(change(2, ADDRESSES, long));
    await when(id, 'soaking');
    const named = (await processOf(hostOf(fleet, CANARY).services.named)) ?? 0;
    const stoppedAt = Date.now();
    process.kill(named, signal);
    const { at, rollout } = await when(id, 'failed');
    expect(rollout).toMatchObject({ state: 'halted', verdict: { code, host: CANARY } });
    expect(at - stoppedAt).toBeLessThan(SOON_MS);
    await expectBack(id, before);
  });
});

describe('a second daemon at the same address and port', () => {
  let folder: string;
  let second: ChildProcess | null = null;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-second-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    if (second === null) return;
    const ended = once(second, 'exit');
    second.kill('SIGKILL');
    await ended;
    second = null;
  });

  test('is found before the change is kept, although every process is up and every answer well formed', async () => {
    const { root, stateDir } = hostOf(fleet, CANARY);
    // The old configuration in a process that no supervisor knows of: what a start by hand leaves behind.
    const text = await readFile(join(root, 'named.conf'), 'utf8');
    const own = text.replaceAll(stateDir, folder).replaceAll(root, `${folder}/root`);
    await writeFile(join(folder, 'named.conf'), own);
    await cp(root, join(folder, 'root'), { recursive: true, dereference: true });
    const log = join(folder, 'named.log');
    second = spawn('/usr/sbin/named', ['-f', '-c', join(folder, 'named.conf'), '-L', log], {
      stdio: 'ignore',
    });
    await expect.poll(() => readFile(log, 'utf8').catch(() => ''), { timeout: 5000 }).toContain('running');
    const id = await begin(change(3, ADDRESSES, {}));
    const { rollout } = await when(id, 'failed');
    expect(rollout).toMatchObject({ state: 'halted', verdict: { code: 'answers_differ', host: CANARY } });
    expect(rollout.verdict?.reason).toContain('look for a second daemon at the same address and port');
    await when(id, 'reverted');
  });
});
