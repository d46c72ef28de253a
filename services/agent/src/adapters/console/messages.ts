import type { Socket } from 'node:net';
import { z } from 'zod';
import { ORDERS, type Outcome } from '../../core/console.ts';
import type { ConsoleStatus } from '../../core/console-status.ts';
import { LONGEST_REASON } from './arguments.ts';

const LONGEST_LINE = 1024 * 1024;

/** What the console asks the agent, as one line of JSON. */
export const Request = z.union([
  z.strictObject({ ask: z.literal('status') }),
  z.strictObject({ ask: z.literal('order'), verb: z.enum(ORDERS), reason: z.string().max(LONGEST_REASON) }),
]);
export type Request = z.infer<typeof Request>;

/** What the agent answers, as one line of JSON. */
export type Response = { status: ConsoleStatus } | { outcome: Outcome } | { error: string };

/**
 * Reads the first line that comes.
 * @throws when the other side says nothing, or too much.
 */
export function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      text += piece;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > LONGEST_LINE) reject(new Error('the message is too long'));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the other side closed the connection without an answer')));
    socket.once('timeout', () => reject(new Error('the other side does not answer')));
  });
}
