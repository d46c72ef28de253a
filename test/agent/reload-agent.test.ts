import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE_COM, exampleCom } from '../../deploy/development/src/configuration.ts';
import { type Fleet, type FleetHost, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import {
  ask,
  bundle,
  change,
  dig,
  hostOf,
  namedConf,
  sightOf,
  submit,
  untilHost,
  untilState,
} from '../support/rollouts.ts';
import { until } from './named-service.ts';

/** `action: reload` from the submission to the answers: a real fleet, whose agents rehearse nothing, and real reloads. */
let fleet: Fleet;
let host: FleetHost;
let serial = 1;
beforeAll(async () => {
  fleet = await startFleet({ hosts: 3, datacenters: 1, portBase: 24_800, rehearsal: 'off' });
  host = hostOf(fleet, 'ns1.ams');
});
afterAll(() => fleet?.stop());

let undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  undo = [];
});

/** The types of what the host has written to its journal, in order. */
async function entries(): Promise<string[]> {
  const folder = join(host.root, '..', 'store', 'journal');
  const names = (await readdir(folder)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return [...texts.join('\n').matchAll(/"type":"(\w+)"/g)].map(([, type = '']) => type);
}

async function reload(
  more: Record<string, unknown> = {},
  strategy: Record<string, unknown> = {},
): Promise<{ id: string; address: string }> {
  serial += 1;
  const address = `192.0.2.${100 + serial}`;
  const targets = { hosts: [host.id] };
  return {
    id: await submit(
      fleet,
      change(serial, [address], { strategy: { action: 'reload', ...strategy }, targets, ...more }),
    ),
    address,
  };
}

/** The host goes back by itself, by a restart, to every byte and answer that it had; the rollout says why. */
async function expectUndone(
  files: Record<string, string>,
  beforeIt: () => Promise<void>,
  reason: RegExp,
): Promise<void> {
  const before = await sightOf(host);
  const known = (await entries()).length;
  const { id } = await reload({ checks: [], bundle: { files } }, { approval: { before: ['canary'] } });
  undo.push(() => ask(fleet, 'POST', `/v1/rollouts/${id}/abort`, { reason: 'the test is over' }));
  const proved = await untilState(fleet, id, 'awaitingApproval', 'halted');
  expect(proved).toMatchObject({ state: 'awaitingApproval' });
  await beforeIt();
  const approval = { reason: 'a test' };
  await ask(fleet, 'POST', `/v1/rollouts/${id}/approve`, approval, fleet.approverToken);
  const rollout = await untilState(fleet, id, 'halted', 'succeeded');
  expect(rollout).toMatchObject({ state: 'halted', verdict: { host: host.id, code: 'reload_failed' } });
  expect(rollout.verdict?.reason).toMatch(reason);
  await untilHost(fleet, id, host.id, 'reverted');
  const { pid, ...after } = await sightOf(host);
  expect({ ...after, pid: before.pid }).toEqual(before);
  // Half of what was read may still be in the old process: only another one is certain to have nothing of it.
  expect(pid).not.toBe(before.pid);
  const written = (await entries()).slice(known);
  expect(written).toContain('reloading');
  expect(written.slice(-3)).toEqual(['reverting', 'restarting', 'reverted']);
}

describe('a change by reload', () => {
  test('keeps the process of every host, and each answers anew', async () => {
    const processes = await Promise.all(fleet.hosts.map((one) => processOf(one.services.named)));
    const { id, address } = await reload({ targets: { datacenters: ['ams'] } });
    const rollout = await untilState(fleet, id, 'succeeded', 'halted');
    expect(rollout).toMatchObject({ state: 'succeeded' });
    expect(await Promise.all(fleet.hosts.map((one) => processOf(one.services.named)))).toEqual(processes);
    for (const one of fleet.hosts) expect(await dig(one, 'www.example.com', 'A')).toBe(`NOERROR ${address}`);
    const written = await entries();
    expect(written).toContain('reloading');
    expect(written).not.toContain('restarting');
  });

  test('of which one zone does not load is undone, though the daemon goes on answering from its old copy', async () => {
    const more = join(host.stateDir, 'more.records');
    await writeFile(more, 'more A 192.0.2.1\n');
    undo.push(() => rm(more));
    const zone = `${exampleCom(serial + 1, ['192.0.2.66'])}$INCLUDE {{host.stateDir}}/more.records\n`;
    // What is fine when it is proved, and is not any more when the daemon reads it.
    const spoil = (): Promise<void> => writeFile(more, 'more A 192.0.2.1000\n');
    const { [EXAMPLE_COM]: _, ...files } = bundle({ [`${EXAMPLE_COM}.tmpl`]: zone });
    await expectUndone(files, spoil, /zone example\.com\/IN: not loaded due to errors/);
  });

  test('whose configuration the running daemon cannot take is undone', async () => {
    const folder = join(host.stateDir, 'queries');
    await mkdir(folder);
    const log = 'logging { channel x { file "{{host.stateDir}}/queries/log"; }; category queries { x; }; };';
    const files = bundle(namedConf('controls { };', `controls { };\n${log}`));
    // There when it is proved, and gone when the daemon is told to write into it.
    await expectUndone(files, () => rm(folder, { recursive: true }), /reloading configuration failed/);
  });
});

/** Ends the agent with `kill -9`, and waits until its supervisor has started another one. */
async function killAgent(): Promise<void> {
  const pid = await processOf(host.services.agent);
  process.kill(pid ?? 0, 'SIGKILL');
  await until('another agent runs', async () => {
    const now = await processOf(host.services.agent);
    return now !== null && now !== pid;
  });
}

/** The supervisor of the daemon is stopped: what it is told to do waits. */
async function holdSupervisor(): Promise<() => Promise<void>> {
  const pid = await supervisorOf(host);
  process.kill(pid, 'SIGSTOP');
  return async () => void process.kill(pid, 'SIGCONT');
}

/** The supervisor of the daemon cannot be told anything: no reload can have been asked for. */
async function hideControl(): Promise<() => Promise<void>> {
  const control = join(host.services.named, 'supervise', 'control');
  await rename(control, `${control}.hidden`);
  return () => rename(`${control}.hidden`, control);
}

async function supervisorOf({ services }: FleetHost): Promise<number> {
  const named = await processOf(services.named);
  const stat = await readFile(`/proc/${named}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

describe('an agent that is killed with the intent to reload in its journal', () => {
  test.each([
    ['before it could ask for it', hideControl],
    ['after it had asked, and before the daemon heard of it', holdSupervisor],
  ])('%s, goes on, and the process stays', async (_when, hold) => {
    const named = await processOf(host.services.named);
    const known = (await entries()).length;
    const release = await hold();
    let held = true;
    undo.push(async () => (held ? release() : undefined));
    const { id, address } = await reload();
    await until('the intent is written', async () => (await entries()).slice(known).includes('reloading'));
    await killAgent();
    expect((await entries()).slice(known)).not.toContain('verifying');
    held = false;
    await release();
    const rollout = await untilState(fleet, id, 'succeeded', 'halted');
    expect(rollout).toMatchObject({ state: 'succeeded' });
    expect(await dig(host, 'www.example.com', 'A')).toBe(`NOERROR ${address}`);
    expect(await processOf(host.services.named)).toBe(named);
    const written = (await entries()).slice(known);
    expect(written.filter((type) => type === 'reloading')).toEqual(['reloading']);
    expect(written).not.toContain('restarting');
  });
});
