import { createSocket } from 'node:dgram';
import { createServer, type Server as TcpServer } from 'node:net';
import { decode, encode, type Packet } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { Question } from '../../core/answer.ts';
import { dnsClient } from './dns-packet-client.ts';
import { type AskedRecord, presentRdata } from './presentation.ts';

/** Answers a question with packets, raw bytes, or not at all. */
type Script = (query: Packet) => (Packet | Buffer)[];

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

const bytesOf = (reply: Packet | Buffer): Buffer => (Buffer.isBuffer(reply) ? reply : encode(reply));

async function udpServer(script: Script, sources: number[] = []): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    sources.push(from.port);
    for (const reply of script(decode(message))) socket.send(bytesOf(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => socket.close(resolve)));
  return socket.address().port;
}

async function tcpServer(script: Script, port = 0, pieces = 1): Promise<number> {
  const server: TcpServer = createServer((socket) => {
    socket.on('data', (data) => {
      const replies = script(decode(data, 2));
      if (replies.length === 0) socket.end();
      for (const reply of replies.map(bytesOf)) {
        const framed = Buffer.concat([Buffer.from([reply.length >> 8, reply.length & 0xff]), reply]);
        const step = Math.ceil(framed.length / pieces);
        for (let at = 0; at < framed.length; at += step) socket.write(framed.subarray(at, at + step));
      }
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const response = (query: Packet, more: Partial<Packet> = {}): Packet => ({
  ...query,
  type: 'response',
  flags: 1 << 10,
  additionals: [],
  ...more,
});
const soa: AskedRecord = {
  type: 'SOA',
  name: 'example.com',
  data: {
    mname: 'NS.example.com',
    rname: 'root.example.com',
    serial: 7,
    refresh: 1,
    retry: 2,
    expire: 3,
    minimum: 4,
  },
};
const question = (more: Partial<Question> = {}): Question => ({
  name: 'example.com',
  type: 'SOA',
  transport: 'udp',
  timeoutMs: 300,
  ...more,
});
const ask = (port: number, more: Partial<Question> = {}) =>
  dnsClient({ address: '127.0.0.1', port }).ask(question(more));

describe('a question', () => {
  test('over UDP is answered in the words of the core', async () => {
    const port = await udpServer((query) => [response(query, { answers: [soa] })]);
    expect(await ask(port)).toMatchObject({
      kind: 'answer',
      rcode: 'NOERROR',
      aa: true,
      answers: ['ns.example.com. root.example.com. 7 1 2 3 4'],
      serial: 7,
    });
  });

  test('is matched whatever its case and final dot', async () => {
    const port = await udpServer((query) => [response(query)]);
    expect(await ask(port, { name: 'Example.COM.' })).toMatchObject({
      kind: 'answer',
      answers: [],
      serial: null,
    });
  });

  test('has a source port of its own every time', async () => {
    const sources: number[] = [];
    const port = await udpServer((query) => [response(query)], sources);
    for (let n = 0; n < 5; n += 1) await ask(port);
    expect(new Set(sources).size).toBe(5);
  });

  test.each([
    [3, 'NXDOMAIN'],
    [5, 'REFUSED'],
    [9, 'OTHER'],
  ])('answered with code %i is %s', async (code, rcode) => {
    const port = await udpServer((query) => [response(query, { flags: code })]);
    expect(await ask(port)).toMatchObject({ rcode, aa: false });
  });

  test('over TCP is read from however many pieces', async () => {
    const port = await tcpServer((query) => [response(query, { answers: [soa] })], 0, 50);
    expect(await ask(port, { transport: 'tcp' })).toMatchObject({ kind: 'answer', serial: 7 });
  });

  test('whose answer is truncated is asked again over TCP', async () => {
    const port = await udpServer((query) => [response(query, { flags: 1 << 9 })]);
    await tcpServer((query) => [response(query, { answers: [soa] })], port);
    expect(await ask(port)).toMatchObject({ kind: 'answer', serial: 7 });
  });
});

describe('no answer', () => {
  const none = (cause: string) => ({ kind: 'none', cause });

  test('to a closed port is known at once', async () => {
    const port = await udpServer(() => []);
    await Promise.all(closing.splice(0).map((close) => close()));
    for (const transport of ['udp', 'tcp'] as const) {
      expect(await ask(port, { transport, timeoutMs: 10_000 })).toMatchObject(none('connection refused'));
    }
  });

  test('within the time says so', async () => {
    const port = await udpServer(() => []);
    expect(await ask(port, { timeoutMs: 30 })).toMatchObject(none('no answer within 30ms'));
  });

  test.each<[string, Script]>([
    ['another id', (query) => [response({ ...query, id: (query.id ?? 0) ^ 1 })]],
    [
      'another question',
      (query) => [response({ ...query, questions: [{ name: 'example.org', type: 'SOA' }] })],
    ],
    ['the question itself', (query) => [query]],
    ['less than an id', () => [Buffer.from([1])]],
  ])('is %s; the right one may still come', async (_what, stray) => {
    const port = await udpServer((query) => [...stray(query), response(query)]);
    expect(await ask(port)).toMatchObject({ kind: 'answer' });
    const lonely = await udpServer(stray);
    expect(await ask(lonely, { timeoutMs: 30 })).toMatchObject(none('no answer within 30ms'));
  });

  test('can be read from a malformed response', async () => {
    const malformed: Script = (query) => [encode(response(query, { answers: [soa] })).subarray(0, 40)];
    expect(await ask(await udpServer(malformed))).toMatchObject(none('malformed response'));
    expect(await ask(await tcpServer(malformed), { transport: 'tcp' })).toMatchObject(
      none('malformed response'),
    );
  });

  test('comes over a connection that is closed', async () => {
    const port = await tcpServer(() => []);
    const cause = 'the connection was closed without an answer';
    expect(await ask(port, { transport: 'tcp' })).toMatchObject(none(cause));
  });

  test.each(['udp', 'tcp'] as const)(
    'comes over %s from an address that nobody can have',
    async (transport) => {
      const client = dnsClient({ address: '255.255.255.255', port: 53 });
      expect(await client.ask(question({ transport }))).toMatchObject({ kind: 'none' });
    },
  );

  test('is asked of a name: that would be looked up', () => {
    expect(() => dnsClient({ address: 'ns1.example.com', port: 53 })).toThrow('no IP address');
  });
});

test.each<[AskedRecord, string]>([
  [{ type: 'A', name: 'x', data: '192.0.2.1' }, '192.0.2.1'],
  [{ type: 'AAAA', name: 'x', data: '2001:DB8:0:0:0:0:0:1' }, '2001:db8::1'],
  [{ type: 'NS', name: 'x', data: 'NS1.Example' }, 'ns1.example.'],
  [{ type: 'MX', name: 'x', data: { preference: 10, exchange: 'mail.example' } }, '10 mail.example.'],
  [{ type: 'MX', name: 'x', data: { preference: 0, exchange: '.' } }, '0 .'],
  [{ type: 'TXT', name: 'x', data: ['v=spf1 "-all"', 'b\\\u0007'] }, '"v=spf1 \\"-all\\"" "b\\\\\\007"'],
  [{ type: 'SRV', name: 'x', data: { priority: 1, weight: 2, port: 3, target: 'T' } }, '1 2 3 t.'],
  [
    { type: 'CAA', name: 'x', data: { flags: 128, tag: 'issue', value: 'ca.example' } },
    '128 issue "ca.example"',
  ],
  [
    {
      type: 'DS',
      name: 'x',
      data: { keyTag: 1, algorithm: 13, digestType: 2, digest: Buffer.from('ab', 'hex') },
    },
    '1 13 2 AB',
  ],
  [
    { type: 'DNSKEY', name: 'x', data: { flags: 257, algorithm: 13, key: Buffer.from('key') } },
    '257 3 13 a2V5',
  ],
])('%j is written as dig writes it', (record, text) => expect(presentRdata(record)).toBe(text));
