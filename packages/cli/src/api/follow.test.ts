import type { ServerResponse } from 'node:http';
import { systemClock } from '@breakwater/shared';
import { afterEach, expect, test } from 'vitest';
import { Refusal } from '../failures.ts';
import { type Answer, json, listen } from '../testing/orchestrators.ts';
import { createApi } from './api.ts';
import { follow } from './follow.ts';

const servers: Awaited<ReturnType<typeof listen>>[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function orchestrator(answer: Answer) {
  const server = await listen(answer);
  servers.push(server);
  return server;
}

function stream(reply: ServerResponse, ...chunks: string[]): void {
  reply.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of chunks) reply.write(chunk);
}
const block = (seq: number) => `id: ${seq}\nevent: x\ndata: {"seq":${seq},"type":"x"}\n\n`;

/** Collects events until there are so many. */
async function collect(addresses: string[], many: number) {
  const gaps: string[] = [];
  const seqs: number[] = [];
  const api = createApi({ addresses, token: 't' });
  const signal = new AbortController().signal;
  const options = { clock: systemClock, signal, onGap: (text: string) => void gaps.push(text), tickMs: 20 };
  for await (const event of follow(api, 'r-1', options)) {
    if (event !== null) seqs.push(event.seq);
    if (seqs.length >= many) break;
  }
  return { seqs, gaps };
}

test('a stream that is cut is taken up again after its last event, at the next orchestrator', async () => {
  const asked: unknown[] = [];
  const second = await orchestrator((request, reply) => {
    asked.push(request.headers['last-event-id']);
    stream(reply, block(3));
  });
  const first = await orchestrator((_request, reply) => {
    // An event may come in two parts, and a comment may stand between events.
    stream(reply, block(1), ':\n\n', block(2).slice(0, 20), block(2).slice(20));
    setTimeout(() => void first.close(), 50);
  });
  const { seqs, gaps } = await collect([first.address, second.address], 3);
  expect(seqs).toEqual([1, 2, 3]);
  expect(asked).toEqual(['2']);
  expect(gaps.length).toBeGreaterThan(0);
});

test('a rollout that does not exist is no reason to try again', async () => {
  const problem = { status: 404, code: 'not_found', title: 'There is no such thing' };
  const { address, arrived } = await orchestrator(json(404, problem));
  await expect(collect([address], 1)).rejects.toThrow(Refusal);
  expect(arrived).toHaveLength(1);
});
