import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

/** A name server, by IP literal: nothing here may ask a resolver. */
export interface Server {
  address: string;
  port: number;
  /** The address that questions leave from, an IP literal too; by default the system's choice. */
  source?: string;
}

/**
 * Sends one message and gives back what `read` makes of the first response that is ours; of others it makes `null`.
 * @throws an error whose message says why there is none.
 */
export type Exchange = <Response extends object | string>(
  server: Server,
  query: Uint8Array,
  timeoutMs: number,
  read: (message: Buffer) => Response | null,
) => Promise<Response>;

/** Over UDP, from a source port of its own: servers that share a port are told apart by asking again. */
export const exchangeUdp: Exchange = async (server, query, timeoutMs, read) => {
  const { promise, resolve, reject } = Promise.withResolvers<Exclude<ReturnType<typeof read>, null>>();
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  const cancel = whenLate(timeoutMs, reject);
  // It stays until the end: an error after the answer has nobody else to go to, and would end the process.
  socket.on('error', (error) => reject(inWords(error)));
  socket.on('message', (message) => {
    const response = read(message);
    if (response !== null) resolve(response);
  });
  // Connected, the socket hears at once that the port is closed, and nothing from any other address.
  socket.on('connect', () => socket.send(query));
  if (server.source === undefined) socket.connect(server.port, server.address);
  else socket.bind(0, server.source, () => socket.connect(server.port, server.address));
  try {
    return await promise;
  } finally {
    cancel();
    socket.close();
  }
};

/** Over TCP, on a connection of its own; each message has its length in front (RFC 1035 section 4.2.2). */
export const exchangeTcp: Exchange = async (server, query, timeoutMs, read) => {
  const { promise, resolve, reject } = Promise.withResolvers<Exclude<ReturnType<typeof read>, null>>();
  const from = server.source === undefined ? {} : { localAddress: server.source };
  const socket = connect({ host: server.address, port: server.port, ...from });
  const cancel = whenLate(timeoutMs, reject);
  let received = Buffer.alloc(0);
  socket.on('error', (error) => reject(inWords(error)));
  socket.on('close', () => reject(new Error('the connection was closed without an answer')));
  socket.on('connect', () => socket.write(Buffer.concat([lengthOf(query), query])));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    const message = firstMessage(received);
    if (message === null) return;
    const response = read(message);
    if (response === null) reject(new Error('the answer is to another question'));
    else resolve(response);
  });
  try {
    return await promise;
  } finally {
    cancel();
    socket.destroy();
  }
};

/**
 * Gives up when the time is over. A process that was stopped or starved finds its timers run out before it has read
 * what had arrived in time, so what has arrived is read first (Node.js: timers, then sockets, then `setImmediate`).
 * @returns cancels it.
 */
function whenLate(timeoutMs: number, reject: (late: Error) => void): () => void {
  const giveUp = (): void => reject(new Error(`no answer within ${timeoutMs}ms`));
  const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
  return () => clearTimeout(timer);
}

function lengthOf(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}

function firstMessage(received: Buffer): Buffer | null {
  if (received.length < 2) return null;
  const end = 2 + received.readUInt16BE();
  return received.length < end ? null : received.subarray(2, end);
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

function inWords(error: Error): Error {
  const words = 'code' in error ? WORDS[String(error.code)] : undefined;
  return words === undefined ? error : new Error(words, { cause: error });
}
