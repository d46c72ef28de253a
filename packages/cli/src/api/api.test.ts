import { afterEach, expect, test } from 'vitest';
import { Failure, Refusal, Unreachable } from '../failures.ts';
import { type Answer, json, listen } from '../testing/orchestrators.ts';
import { answerOf, createApi } from './api.ts';

const servers: Awaited<ReturnType<typeof listen>>[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function orchestrator(answer: Answer) {
  const server = await listen(answer);
  servers.push(server);
  return server;
}

const LINE = { stopped: false, by: null, reason: null, since: null, frozen: null };
const problem = (status: number, code: string) => ({
  type: `urn:breakwater:problem:${code}`,
  title: 'No',
  status,
  code,
  detail: 'd',
  action: 'a',
  faults: [{ path: '/x', code, message: 'm' }],
  requestId: 'r',
});
const api = (...addresses: string[]) => createApi({ addresses, token: 't' }, { readMs: 300, writeMs: 300 });
const stop = (...addresses: string[]) =>
  answerOf(api(...addresses).client.POST('/v1/line/stop', { body: { reason: 'x' } }));

test('a write goes on to the next address as it is, under the same key', async () => {
  const cut = await orchestrator((request) => void request.socket.destroy());
  const silent = await orchestrator(() => undefined);
  const unable = await orchestrator(json(503, problem(503, 'store_unavailable')));
  const well = await orchestrator(json(200, LINE));
  const tried = [cut, silent, unable, well];
  await stop(...tried.map(({ address }) => address));
  const arrived = tried.map((one) => one.arrived.at(-1));
  expect(arrived[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  for (const one of arrived) expect(one).toEqual(arrived[0]);
  expect(arrived[0]).toMatchObject({ method: 'POST', url: '/v1/line/stop', body: '{"reason":"x"}' });
});

test('two writes have two keys', async () => {
  const { address, arrived } = await orchestrator(json(200, LINE));
  await stop(address);
  await stop(address);
  expect(new Set(arrived.map(({ key }) => key)).size).toBe(2);
});

test('the address that answered last is asked first', async () => {
  const gone = await orchestrator((request) => void request.socket.destroy());
  const well = await orchestrator(json(200, LINE));
  const { client } = api(gone.address, well.address);
  await answerOf(client.GET('/v1/line'));
  const before = gone.arrived.length;
  await answerOf(client.GET('/v1/line'));
  expect(gone.arrived).toHaveLength(before);
});

test('a refusal is an answer: nobody else is asked', async () => {
  const first = await orchestrator(json(409, problem(409, 'plan_changed')));
  const second = await orchestrator(json(200, LINE));
  const refusal = await stop(first.address, second.address).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect((refusal as Refusal).exit).toBe(4);
  expect((refusal as Refusal).problem.faults).toEqual([{ path: '/x', code: 'plan_changed', message: 'm' }]);
  expect(second.arrived).toEqual([]);
});

test('when nobody can serve it, the first says why; that is no refusal', async () => {
  const first = await orchestrator(json(503, problem(503, 'safe_mode')));
  const gone = await orchestrator((request) => void request.socket.destroy());
  const failure = await stop(gone.address, first.address).catch((error: unknown) => error);
  expect(failure).toMatchObject({ exit: 1, problem: { code: 'safe_mode' } });
});

test('when nobody answers, every address is named with what came of it', async () => {
  const silent = await orchestrator(() => undefined);
  const closed = await listen(json(200, LINE));
  await closed.close();
  const failure = await stop(closed.address, silent.address).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Unreachable);
  expect((failure as Unreachable).attempts).toEqual([
    { address: closed.address, fault: 'nothing listens there' },
    { address: silent.address, fault: 'it did not answer in time' },
  ]);
});

test('whatever is no orchestrator is said to be none, and gets no second token', async () => {
  const other = await orchestrator((_request, reply) => reply.writeHead(404).end('<h1>Not here</h1>'));
  await expect(stop(other.address)).rejects.toThrow(/404, and not one of an orchestrator/);
  const away = await orchestrator((_request, reply) =>
    reply.writeHead(307, { location: `${other.address}/v1/line/stop` }).end(),
  );
  const before = other.arrived.length;
  await expect(stop(away.address)).rejects.toThrow(Failure);
  expect(other.arrived).toHaveLength(before);
});
