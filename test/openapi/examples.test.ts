import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { apiDocument } from './document.ts';

interface Call {
  operationId: string;
  requestBody?: { content: { 'application/json': { example: Record<string, unknown> } } };
  responses: Record<string, unknown>;
}

const document = await apiDocument();
const calls = Object.entries(document.paths as Record<string, Record<string, Call>>).flatMap(([path, item]) =>
  Object.entries(item).map(([method, call]) => ({ path, method, call })),
);
const left = new Set(calls.map(({ call }) => call.operationId));

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ hosts: 4, datacenters: 2, portBase: 10_700 });
}, 120_000);
afterAll(() => fleet?.stop());

/** Sends the documented example of a call, and expects the documented answer to it. @returns its body. */
async function send(
  name: string,
  parameter = '',
  token = fleet.token,
): Promise<{ id?: string; state?: string }> {
  const found = calls.find(({ call }) => call.operationId === name);
  if (found === undefined) throw new Error(`${name} is not documented`);
  const { path, method, call } = found;
  const body = call.requestBody?.content['application/json'].example;
  const response = await fetch(fleet.api + path.replace(/\{\w+\}/, parameter), {
    method: method.toUpperCase(),
    headers: {
      ...(path.startsWith('/v1/') && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const documented = Object.keys(call.responses).find((status) => status.startsWith('2'));
  expect([name, String(response.status), response.ok ? '' : text]).toEqual([name, documented, '']);
  left.delete(name);
  return text.startsWith('{') ? (JSON.parse(text) as { id?: string }) : {};
}

async function submitted(): Promise<string> {
  const { id } = await send('submitRollout');
  return id ?? '';
}

describe('every example of the documentation is answered as documented', () => {
  test('of bundles, plans and what only looks', async () => {
    const { digest } = (await send('storeBundle')) as { digest?: string };
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    await send('getBundle', digest);
    await send('planRollout');
    for (const name of ['listRollouts', 'listHosts', 'getLine', 'getAudit']) await send(name);
    for (const name of ['getHealth', 'getReadiness', 'getMetrics', 'getStatusPage']) await send(name);
    await send('getHost', 'ns2.fra');
    await send('testPages');
  });

  test('of the verbs about a rollout', async () => {
    const first = await submitted();
    await send('pauseRollout', first);
    await send('skipRollout', first);
    await send('retryRollout', first);
    await send('resumeRollout', first);
    for (const name of ['getRollout', 'getRolloutEvents', 'getTimeline']) await send(name, first);
    await send('abortRollout', first);
    const second = await submitted();
    const state = async (): Promise<string | undefined> => (await send('getRollout', second)).state;
    await expect.poll(state, { timeout: 40_000, interval: 200 }).toBe('awaitingApproval');
    await send('approveRollout', second, fleet.approverToken);
    await send('rollbackRollout', second);
  });

  test('of the verbs about a host and the line', async () => {
    for (const name of ['setLine', 'startLine', 'stopLine']) await send(name);
    for (const name of ['drainHost', 'undrainHost']) await send(name, 'ns2.fra');
    const free = async (): Promise<unknown> =>
      ((await send('getHost', 'ns2.fra')) as { rollout?: string | null }).rollout;
    await expect.poll(free, { timeout: 40_000, interval: 200 }).toBe(null);
    await send('removeHost', 'ns2.fra');
  });

  test('of every call', () => {
    expect([...left]).toEqual([]);
  });
});
