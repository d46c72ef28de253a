import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Exchanges } from '../dns/dns-packet-client.ts';
import type { Exchange } from '../dns/exchange.ts';
import type { StageState } from './interface.ts';
import type { FromRelay, ToRelay } from './relay-protocol.ts';

export type RelayProcess = ChildProcessByStdio<Writable, Readable, Readable>;

type Request = ToRelay extends infer T ? (T extends { id: number } ? Omit<T, 'id'> : never) : never;

/** The agent's end of a relay. */
export interface RelayClient {
  /** Resolves when the daemon was started. @throws what the stage said instead. */
  ready: Promise<void>;
  exchanges: Exchanges;
  state: () => StageState;
  /** @throws when the relay is gone. */
  readLog: () => Promise<string>;
}

/** Speaks with the relay of a stage. When the relay ends, whatever is still under way fails. */
export function relayClient(relay: RelayProcess): RelayClient {
  const ready = Promise.withResolvers<void>();
  const open = new Map<number, PromiseWithResolvers<string>>();
  let lastId = 0;
  let state: StageState = { is: 'running' };
  let gone: Error | null = null;
  let complaint = '';

  const take = (message: FromRelay): void => {
    switch (message.is) {
      case 'ready':
        return ready.resolve();
      case 'exited':
        state = { is: 'exited', how: message.how };
        return;
      case 'reply':
        return open.get(message.id)?.resolve(message.content);
      case 'error':
        return open.get(message.id)?.reject(errorOf(message));
      default:
        return message satisfies never;
    }
  };
  const over = (error: Error): void => {
    gone ??= error;
    if (state.is === 'running') state = { is: 'broken', cause: gone.message };
    ready.reject(gone);
    for (const request of open.values()) request.reject(gone);
  };

  createInterface({ input: relay.stdout }).on('line', (line) => take(JSON.parse(line) as FromRelay));
  relay.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-1000);
  });
  relay.on('error', over);
  relay.on('close', () => over(new Error(complaint.trim() || 'the stage ended without a word')));
  // A relay that is gone is noticed by its end; writing to it must not end the agent.
  relay.stdin.on('error', () => undefined);
  ready.promise.catch(() => undefined);

  const ask = async (request: Request): Promise<string> => {
    if (gone !== null) throw gone;
    lastId += 1;
    const id = lastId;
    const answer = Promise.withResolvers<string>();
    open.set(id, answer);
    relay.stdin.write(`${JSON.stringify({ ...request, id })}\n`);
    try {
      return await answer.promise;
    } finally {
      open.delete(id);
    }
  };
  const carryOver =
    (transport: 'udp' | 'tcp'): Exchange =>
    async (server, query, timeoutMs, read) => {
      const order = { transport, server, query: Buffer.from(query).toString('base64'), timeoutMs };
      const response = read(Buffer.from(await ask({ do: 'carry', ...order }), 'base64'));
      if (response === null) throw new Error('the answer is to another question');
      return response;
    };

  return {
    ready: ready.promise,
    exchanges: { udp: carryOver('udp'), tcp: carryOver('tcp') },
    state: () => state,
    readLog: () => ask({ do: 'readLog' }),
  };
}

/** As the socket in the stage gave it: its code tells "nothing listens there" from "no answer". */
function errorOf({ cause, code }: Extract<FromRelay, { is: 'error' }>): Error {
  return code === null
    ? new Error(cause)
    : new Error(cause, { cause: Object.assign(new Error(cause), { code }) });
}
