import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE_COM, exampleCom } from '../../deploy/development/src/configuration.ts';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { fleetPaths, hostPaths } from '../../deploy/development/src/layout.ts';
import {
  ask,
  bundle,
  change,
  dig,
  sightOf,
  submit,
  until,
  untilHost,
  untilState,
} from '../support/rollouts.ts';

let fleet: Fleet;
beforeAll(async () => {
  // What comes of a bad change that has gone live can be seen only where nothing has stopped it before.
  fleet = await startFleet({
    hosts: 6,
    datacenters: 3,
    portBase: 23_000,
    rehearsal: 'off',
    orchestrator: { logLevel: 'debug' },
  });
});
afterAll(() => fleet?.stop());

const say = (id: string, verb: string, more: object = {}, token?: string) =>
  ask(fleet, 'POST', `/v1/rollouts/${id}/${verb}`, { reason: 'a test', ...more }, token);

const answers = () => Promise.all(fleet.hosts.map((host) => dig(host, 'www.example.com', 'A')));
const all = (answer: string) => fleet.hosts.map(() => answer);

describe('verbs', () => {
  test('a paused rollout takes no further host, and goes on when it is resumed', async () => {
    const id = await submit(fleet, change(2, ['192.0.2.2']));
    await untilHost(fleet, id, 'ns1.ams', 'soaking');
    expect(await say(id, 'pause')).toMatchObject({ status: 200, body: { state: 'paused' } });
    expect(await say(id, 'pause')).toMatchObject({ status: 200, body: { state: 'paused' } });
    await untilHost(fleet, id, 'ns1.ams', 'confirmed');
    expect((await answers()).filter((answer) => answer === 'NOERROR 192.0.2.2')).toHaveLength(1);
    expect(await say(id, 'resume')).toMatchObject({ status: 200, body: { state: 'running' } });
    expect(await untilState(fleet, id, 'succeeded')).toMatchObject({ state: 'succeeded' });
  });

  test('an aborted rollout sends the host in flight back', async () => {
    const before = await Promise.all(fleet.hosts.map(sightOf));
    const id = await submit(fleet, change(3, ['192.0.2.3']));
    await untilHost(fleet, id, 'ns1.ams', 'soaking');
    expect(await say(id, 'abort')).toMatchObject({ status: 200, body: { state: 'aborted' } });
    await untilHost(fleet, id, 'ns1.ams', 'reverted');
    const after = await Promise.all(fleet.hosts.map(sightOf));
    expect(after.map(({ link, files, answer }) => ({ link, files, answer }))).toEqual(
      before.map(({ link, files, answer }) => ({ link, files, answer })),
    );
    expect(await say(id, 'resume')).toMatchObject({ status: 409, body: { code: 'verb_not_allowed' } });
  });

  test('a rollback takes every changed host back to what it ran before', async () => {
    const id = await submit(fleet, change(4, ['192.0.2.4']));
    await untilState(fleet, id, 'succeeded');
    expect(await answers()).toEqual(all('NOERROR 192.0.2.4'));
    expect(await say(id, 'rollback')).toMatchObject({ status: 200, body: { state: 'rollingBack' } });
    await untilState(fleet, id, 'rolledBack');
    expect(await answers()).toEqual(all('NOERROR 192.0.2.2'));
  });

  test('a rollout that failed in its second wave is rolled back under onFailure: rollback', async () => {
    const id = await submit(fleet, change(5, ['192.0.2.5'], { strategy: { onFailure: 'rollback' } }));
    await until(
      fleet,
      id,
      (event) => event.type === 'wave.state' && event.wave === 'canary' && event.to === 'passed',
    );
    const victim = fleet.hosts.find((host) => host.id === 'ns2.ams');
    await untilHost(fleet, id, 'ns2.ams', 'soaking');
    // Its name server dies while it soaks: any exit of the daemon counts at once.
    const { pid } = await sightOf(victim as NonNullable<typeof victim>);
    process.kill(pid as number, 'SIGKILL');
    const rollout = await untilState(fleet, id, 'rolledBack', 'succeeded');
    expect(rollout).toMatchObject({
      state: 'rolledBack',
      verdict: { host: 'ns2.ams', code: 'daemon_exited' },
    });
    expect(await answers()).toEqual(all('NOERROR 192.0.2.2'));
  });

  test('the rollout waits for another person to approve its last wave', async () => {
    const id = await submit(
      fleet,
      change(6, ['192.0.2.6'], { strategy: { approval: { before: ['global'] } } }),
    );
    await untilState(fleet, id, 'awaitingApproval');
    expect(await say(id, 'approve')).toMatchObject({ status: 403, body: { code: 'own_approval' } });
    expect(await say(id, 'approve', {}, fleet.approverToken)).toMatchObject({ status: 200 });
    expect(await untilState(fleet, id, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
  });

  test('a stopped line takes nothing new and refuses submissions', async () => {
    expect(await ask(fleet, 'POST', '/v1/line/stop', { reason: 'a test' })).toMatchObject({
      status: 200,
      body: { stopped: true },
    });
    const refused = await ask(fleet, 'POST', '/v1/rollouts', change(7, ['192.0.2.7']));
    expect(refused).toMatchObject({ status: 409, body: { code: 'line_stopped' } });
    expect(await ask(fleet, 'POST', '/v1/line/start', { reason: 'a test' })).toMatchObject({
      status: 200,
      body: { stopped: false },
    });
  });
});

describe('bad input is refused with a code, a path and what to do, and nothing is stored', () => {
  const cases: [string, object, string, string][] = [
    ['an empty bundle', { bundle: { files: {} } }, 'bundle_empty', '/bundle/files'],
    [
      'a path with ..',
      { bundle: { files: { 'all/../x': '' } } },
      'bundle_path_invalid',
      '/bundle/files/all~1..~1x',
    ],
    [
      'a target that matches no host',
      { targets: { labels: { role: 'none' } } },
      'targets_match_nothing',
      '/targets',
    ],
    ['an unknown field', { soaking: true }, 'unknown_field', '/soaking'],
    [
      'a duration that is none',
      { strategy: { canary: { soak: 'ten' } } },
      'duration_invalid',
      '/strategy/canary/soak',
    ],
    [
      'a plan that takes the last host',
      { strategy: { maxUnavailable: '100%' } },
      'last_healthy_host',
      '/strategy/maxUnavailable',
    ],
    [
      'a strategy that contradicts itself',
      { strategy: { confirmDeadline: '1s' } },
      'strategy_unsafe',
      '/strategy/confirmDeadline',
    ],
    ['more hosts than expected', { expect: { maxHosts: 5 } }, 'more_hosts_than_expected', '/expect/maxHosts'],
  ];
  test.each(cases)('%s', async (_name, more, code, path) => {
    const before = await ask(fleet, 'GET', '/v1/audit?limit=500');
    const { status, body } = await ask(fleet, 'POST', '/v1/rollouts', {
      ...change(9, ['192.0.2.9']),
      ...more,
    });
    expect({ status, body }).toMatchObject({ status: 422, body: { code } });
    expect(body.faults?.map((fault) => fault.path)).toContain(path);
    expect(body.action).not.toBe('');
    expect((await ask(fleet, 'GET', '/v1/audit?limit=500')).body).toEqual(before.body);
  });

  test('a rollout over a host that is in another one names the one in the way', async () => {
    const id = await submit(fleet, change(8, ['192.0.2.8']));
    const { status, body } = await ask(fleet, 'POST', '/v1/rollouts', change(9, ['192.0.2.9']));
    expect({ status, body }).toMatchObject({ status: 409, body: { code: 'rollout_overlap' } });
    expect(body.detail).toContain(id);
    await say(id, 'abort');
  });

  test('the same Idempotency-Key gives the same rollout, and another body under it is refused', async () => {
    const send = (body: object) =>
      fetch(`${fleet.api}/v1/rollouts`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${fleet.token}`,
          'content-type': 'application/json',
          'idempotency-key': 'once',
        },
        body: JSON.stringify(body),
      });
    const first = (await (await send(change(10, ['192.0.2.10']))).json()) as { id: string };
    const second = (await (await send(change(10, ['192.0.2.10']))).json()) as { id: string };
    expect(second.id).toBe(first.id);
    expect((await send(change(11, ['192.0.2.11']))).status).toBe(409);
    await say(first.id, 'abort');
  });
});

test('nothing secret was logged, by anybody, at the level of debug', async () => {
  const planted = ['planted-token', 'planted-content', 'planted-header', 'planted-in-a-bad-request'];
  const [wrongToken, content, header, bad] = planted as [string, string, string, string];
  expect((await ask(fleet, 'GET', '/v1/rollouts', undefined, wrongToken)).status).toBe(401);
  const zone = `${exampleCom(20, ['192.0.2.20'])}; ${content}\n`;
  const id = await submit(fleet, {
    ...change(20, ['192.0.2.20']),
    bundle: { files: bundle({ [EXAMPLE_COM]: zone }) },
  });
  await untilState(fleet, id, 'succeeded');
  const headers = {
    authorization: `Bearer ${fleet.token}`,
    cookie: header,
    'content-type': 'application/json',
  };
  const refused = await fetch(`${fleet.api}/v1/rollouts`, {
    method: 'POST',
    headers,
    body: `{"title": ["${bad}"]}`,
  });
  expect(refused.status).toBe(422);
  const tokens = fleet.hosts.map((host) => readFile(hostPaths(fleet.runDir, host.id).token, 'utf8'));
  const secrets = [...planted, fleet.token, ...(await Promise.all(tokens)).map((token) => token.trim())];
  const folder = fleetPaths(fleet.runDir).logs;
  const names = await readdir(folder);
  const logs = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  // The search would find what is there: the request that was refused is.
  expect(logs.join('')).toContain('"requestId"');
  expect(logs.join('')).toContain(id);
  const found = logs.flatMap((text, index) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${names[index]}: ${secret}`),
  );
  expect(found).toEqual([]);
});
