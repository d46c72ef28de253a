import { connect } from 'node:net';
import type { Helper } from './interface.ts';
import { Reply, type Verb } from './protocol.ts';

/** Longer than a supervisor may take to stop a daemon that ignores TERM. */
const WITHIN_MS = 30_000;
const LONGEST_REPLY = 64 * 1024;

/** The helper that listens on a socket (a path). */
export function socketHelper(socket: string): Helper {
  const ask = async (verb: Verb): Promise<Reply & { ok: true }> => {
    const reply = Reply.parse(JSON.parse(await exchange(socket, `${verb}\n`)));
    if (!reply.ok) throw new Error(`the root helper refused "${verb}": ${reply.error}`);
    return reply;
  };
  const unanswered = (verb: Verb): Error =>
    new Error(`the root helper at ${socket} answered "${verb}" with nothing`);
  return {
    async restart() {
      await ask('restart');
    },
    async reload() {
      await ask('reload');
    },
    async status() {
      const { status } = await ask('status');
      if (status === undefined) throw unanswered('status');
      return status;
    },
    async reloaded() {
      const { reloaded } = await ask('reloaded');
      if (reloaded === undefined) throw unanswered('reloaded');
      return reloaded;
    },
    async lastWords() {
      const { words } = await ask('words');
      if (words === undefined) throw unanswered('words');
      return words;
    },
    async switch() {
      await ask('switch');
    },
  };
}

/** One request, one line back. @throws when nobody listens, or no answer comes in time. */
function exchange(path: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect(path, () => socket.end(request));
    socket.setEncoding('utf8');
    socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (text: string) => {
      reply += text;
      if (reply.length > LONGEST_REPLY) socket.destroy(new Error('the answer is too long'));
    });
    socket.on('error', (cause) =>
      reject(new Error(`the root helper at ${path} cannot be asked: ${cause.message}`, { cause })),
    );
    socket.on('end', () => resolve(reply));
  });
}
