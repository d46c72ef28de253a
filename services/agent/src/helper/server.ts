import { createServer, type Server, type Socket } from 'node:net';
import { LONGEST_REQUEST, type Reply, type Verb, VERBS } from '../adapters/helper/protocol.ts';

/** How long somebody who has connected may take to say a word. */
const PATIENCE_MS = 2000;
const MOST_CONNECTIONS = 8;

export interface Service {
  /** Does what a word says. It may reject; the message is what the asker hears. */
  carryOut: (verb: Verb) => Promise<Reply>;
  /** Hears of every word that was answered, or refused. */
  tell: (word: string, reply: Reply) => void;
  /** Called once nobody has asked for so long. */
  idleMs: number;
  onIdle: () => void;
}

/** Answers one word for each connection, one after another, and everything within bounds. */
export function helperServer(service: Service): Server {
  let last: Promise<unknown> = Promise.resolve();
  let idle = setTimeout(service.onIdle, service.idleMs);
  let busy = 0;
  const inTurn = async (verb: Verb): Promise<Reply> => {
    const done = last.then(() => service.carryOut(verb)).catch(refusal);
    last = done;
    return await done;
  };

  const answer = async (socket: Socket): Promise<void> => {
    const word = await readWord(socket);
    const verb = VERBS.find((known) => known === word);
    const reply = verb === undefined ? unknownWord : await inTurn(verb);
    service.tell(verb ?? 'something else', reply);
    socket.end(`${JSON.stringify(reply)}\n`);
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clearTimeout(idle);
    busy += 1;
    // Whoever hangs up before the answer is not waited for; what was begun is finished.
    socket.on('error', () => socket.destroy());
    answer(socket)
      .catch(() => socket.destroy())
      .finally(() => {
        busy -= 1;
        if (busy === 0) idle = setTimeout(service.onIdle, service.idleMs);
      });
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

const unknownWord: Reply = {
  ok: false,
  error: `Say one of these words, and nothing else: ${VERBS.join(', ')}.`,
};

function refusal(error: unknown): Reply {
  return { ok: false, error: error instanceof Error ? error.message : String(error) };
}

/** The first line, without its end; `null` for what is too long, too slow, or goes on after the line. */
function readWord(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const done = (word: string | null): void => {
      clearTimeout(timer);
      socket.removeAllListeners('data');
      socket.resume();
      resolve(word);
    };
    const timer = setTimeout(() => done(null), PATIENCE_MS);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.length > LONGEST_REQUEST) return done(null);
      const feed = text.indexOf('\n');
      if (feed >= 0) done(feed === text.length - 1 ? text.slice(0, feed) : null);
    });
    socket.once('end', () => done(text));
    socket.once('close', () => done(null));
  });
}
