import { connect, type Socket } from 'node:net';
import { hasCode } from '../durable.ts';
import type { Operated } from './interface.ts';
import { readLine, type Request, type Response } from './messages.ts';
import { withSocketPath } from './socket-path.ts';

/** An agent that lives answers this at once; it may be in the middle of a step that takes some seconds. */
const STATUS_WITHIN_MS = 5000;
/** The longest that an order takes: the step under way, then a restart with all its bounds. */
const ORDER_WITHIN_MS = 180_000;

/** Finds the agent of a store. @returns `null` when none listens. */
export async function runningAgent(storeDir: string): Promise<Operated | null> {
  const socket = await dial(storeDir);
  if (socket === null) return null;
  socket.destroy();
  return {
    async status() {
      const response = await ask(storeDir, { ask: 'status' }, STATUS_WITHIN_MS);
      if ('status' in response) return response.status;
      throw unexpected(response);
    },

    async operate(order) {
      const response = await ask(storeDir, { ask: 'order', ...order }, ORDER_WITHIN_MS);
      if ('outcome' in response) return response.outcome;
      throw unexpected(response);
    },
  };
}

async function ask(storeDir: string, request: Request, withinMs: number): Promise<Response> {
  const socket = await dial(storeDir);
  if (socket === null) throw new Error('the agent has ended; run the command again');
  try {
    socket.setTimeout(withinMs);
    const line = readLine(socket);
    socket.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await line) as Response;
  } finally {
    socket.destroy();
  }
}

/** `null` when nobody listens: there is no socket, or it was left by an agent that is gone. */
async function dial(storeDir: string): Promise<Socket | null> {
  try {
    return await withSocketPath(storeDir, open);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ECONNREFUSED')) return null;
    throw error;
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

function unexpected(response: Response): Error {
  return new Error('error' in response ? response.error : 'the agent gave an answer to another question');
}
