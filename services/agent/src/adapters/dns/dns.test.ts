import { createSocket } from 'node:dgram';
import { createServer, type Server as TcpServer } from 'node:net';
import { CHECK_TYPES, RANDOM_LABEL_LENGTH } from '@breakwater/shared';
import { decode, encode, type Packet } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { Question } from '../../core/answer.ts';
import { dnsClient } from './dns-packet-client.ts';
import { askedName, encodeQuestion } from './query.ts';
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
    [9, 'NOTAUTH'],
    [10, 'OTHER'],
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
    expect(await ask(port)).toMatchObject({ kind: 'answer', serial: 7, tc: true });
  });
});

describe('what a question asks for', () => {
  const query = (more: Partial<Question>): Packet => {
    const wanted = question(more);
    return decode(encodeQuestion(7, askedName(wanted), wanted));
  };
  const optOf = (packet: Packet) => packet.additionals?.find((record) => record.type === 'OPT');

  test('is understood by others as it was meant', () => {
    expect(query({})).toMatchObject({ id: 7, type: 'query', flag_rd: false });
    expect(query({}).questions).toEqual([{ name: 'example.com', type: 'SOA', class: 'IN' }]);
    expect(optOf(query({}))).toMatchObject({ udpPayloadSize: 1232, flag_do: false, options: [{ code: 3 }] });
    expect(query({ name: '.' }).questions).toMatchObject([{ name: '.' }]);
  });

  test.each(CHECK_TYPES)('may be the type %s', (type) => {
    expect(query({ type }).questions).toMatchObject([{ type }]);
  });

  test('may be recursion, signatures, another size, or no EDNS at all', () => {
    expect(query({ recursionDesired: true })).toMatchObject({ flag_rd: true });
    expect(optOf(query({ dnssecOk: true, ednsUdpSize: 4096 }))).toMatchObject({
      udpPayloadSize: 4096,
      flag_do: true,
    });
    expect(query({ ednsUdpSize: 0 }).additionals).toEqual([]);
  });

  test('is another name every time where a random label is wanted', async () => {
    const names: string[] = [];
    const port = await udpServer((asked) => {
      names.push(asked.questions?.[0]?.name ?? '');
      return [response(asked)];
    });
    for (let n = 0; n < 3; n += 1) {
      expect(await ask(port, { randomLabel: true })).toMatchObject({ kind: 'answer' });
    }
    expect(new Set(names).size).toBe(3);
    for (const name of names) {
      expect(name).toMatch(/^[0-9a-f]+\.example\.com$/);
      expect(name).toHaveLength(RANDOM_LABEL_LENGTH + 'example.com'.length);
    }
    expect(askedName({ name: '.', randomLabel: true })).toMatch(/^[0-9a-f]+$/);
  });

  test.each(['a..example', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}b`])(
    'is never %s',
    async (name) => {
      expect(await ask(1, { name })).toMatchObject({ kind: 'none', cause: `"${name}" cannot be asked for` });
    },
  );
});

describe('what an answer says besides its records', () => {
  const nsid = (data: Buffer) => ({
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [{ code: 3, data }],
  });

  test('is each of its flags, and no other', async () => {
    const flags = { aa: 1 << 10, ra: 1 << 7, ad: 1 << 5 };
    for (const [name, bit] of Object.entries(flags)) {
      const port = await udpServer((query) => [response(query, { flags: bit })]);
      const clear = { aa: false, ad: false, ra: false, tc: false };
      expect(await ask(port)).toMatchObject({ ...clear, [name]: true });
    }
  });

  test('is the server it came from, if it says so', async () => {
    const named = await udpServer((query) => [
      response(query, {
        additionals: [nsid(Buffer.from('ns1.ams'))] as unknown as NonNullable<Packet['additionals']>,
      }),
    ]);
    expect(await ask(named)).toMatchObject({ nsid: 'ns1.ams' });
    const silent = await udpServer((query) => [response(query)]);
    expect(await ask(silent)).toMatchObject({ nsid: null });
  });

  test('is a complaint without the question, which a server that cannot read it need not repeat', async () => {
    const port = await udpServer((query) => [response(query, { flags: 1, questions: [] })]);
    expect(await ask(port)).toMatchObject({ rcode: 'FORMERR' });
    const odd = await udpServer((query) => [response(query, { flags: 0, questions: [] })]);
    expect(await ask(odd, { timeoutMs: 30 })).toMatchObject({ kind: 'none' });
  });
});

test('loopback is asked at the same port, and a source address is kept', async () => {
  const sources: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    sources.push(from.address);
    socket.send(encode(response(decode(message))), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => socket.close(resolve)));
  const { port } = socket.address();
  const elsewhere = dnsClient({ address: '127.53.28.1', port });
  expect(await elsewhere.ask(question({ at: 'loopback' }))).toMatchObject({ kind: 'answer' });
  expect(await elsewhere.ask(question())).toMatchObject({ kind: 'none', refused: true });
  const from = dnsClient({ address: '127.0.0.1', port, source: '127.53.28.2' });
  expect(await from.ask(question())).toMatchObject({ kind: 'answer' });
  expect(sources).toEqual(['127.0.0.1', '127.53.28.2']);
});

test('a source address is kept over TCP too, and one that is not here is no answer', async () => {
  const port = await tcpServer((query) => [response(query)]);
  const from = (source: string) => dnsClient({ address: '127.0.0.1', port, source });
  expect(await from('127.53.28.2').ask(question({ transport: 'tcp' }))).toMatchObject({ kind: 'answer' });
  for (const transport of ['udp', 'tcp'] as const) {
    expect(await from('192.0.2.7').ask(question({ transport }))).toMatchObject({ kind: 'none' });
  }
  expect(() => from('ns1.example.com')).toThrow('no IP address');
});

describe('no answer', () => {
  const none = (cause: string) => ({ kind: 'none', cause });

  test('to a closed port is known at once', async () => {
    const port = await udpServer(() => []);
    await Promise.all(closing.splice(0).map((close) => close()));
    for (const transport of ['udp', 'tcp'] as const) {
      expect(await ask(port, { transport, timeoutMs: 10_000 })).toMatchObject({
        ...none('connection refused'),
        refused: true,
      });
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
