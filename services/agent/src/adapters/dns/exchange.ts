import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

/** A name server, by IP literal: nothing here may ask a resolver. */
export interface Server {
  address: string;
  port: number;
}

/**
 * Sends one message and gives back the first response that `isOurs` knows.
 * @throws an error whose message says why there is none.
 */
export type Exchange = (
  server: Server,
  query: Uint8Array,
  timeoutMs: number,
  isOurs: (response: Buffer) => boolean,
) => Promise<Buffer>;

/** Over UDP, from a source port of its own: servers that share a port are told apart by asking again. */
export const exchangeUdp: Exchange = async (server, query, timeoutMs, isOurs) => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs}ms`)), timeoutMs);
  // It stays until the end: an error after the answer has nobody else to go to, and would end the process.
  socket.on('error', (error) => reject(inWords(error)));
  socket.on('message', (message) => {
    if (isOurs(message)) resolve(message);
  });
  // Connected, the socket hears at once that the port is closed, and nothing from any other address.
  socket.on('connect', () => socket.send(query));
  socket.connect(server.port, server.address);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
};

/** Over TCP, on a connection of its own; each message has its length in front (RFC 1035 section 4.2.2). */
export const exchangeTcp: Exchange = async (server, query, timeoutMs, isOurs) => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect({ host: server.address, port: server.port });
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs}ms`)), timeoutMs);
  let received = Buffer.alloc(0);
  socket.on('error', (error) => reject(inWords(error)));
  socket.on('close', () => reject(new Error('the connection was closed without an answer')));
  socket.on('connect', () => socket.write(Buffer.concat([lengthOf(query), query])));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    const message = firstMessage(received);
    if (message === null) return;
    if (isOurs(message)) resolve(message);
    else reject(new Error('the answer is to another question'));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
};

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
