import { describe, expect, test } from 'vitest';
import {
  AssignedCheck,
  Check,
  CHECK_TYPES,
  DomainName,
  RANDOM_LABEL_LENGTH,
  SubmittedCheck,
} from './check.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const QUESTION = { name: 'www.example.com', type: 'A' };
const LABEL = 'a'.repeat(63);
/** A name of `length` characters, without the final dot. */
const nameOf = (length: number): string => `${LABEL}.${LABEL}.${LABEL}.${LABEL}`.slice(0, length);

test('a check needs a name and a type, and has a default for the rest', () => {
  expect(Check.parse(QUESTION)).toEqual({
    ...QUESTION,
    transport: 'both',
    at: 'service',
    ednsUdpSize: 1232,
    dnssecOk: false,
    randomLabel: false,
    expect: { rcode: 'NOERROR' },
    timeout: 1000,
    tries: 3,
  });
  expect(refusals(Check, {})).toEqual(['/name invalid_value', '/type invalid_value']);
});

test('an expectation without a response code expects NOERROR', () => {
  const expectation = { answers: ['192.0.2.1'], aa: true, minSerial: 4_294_967_295 };
  expect(Check.parse({ ...QUESTION, expect: expectation }).expect).toEqual({
    rcode: 'NOERROR',
    ...expectation,
  });
});

test('no answers, and none expected, are two things', () => {
  expect(Check.parse({ ...QUESTION, expect: { answers: [] } }).expect.answers).toEqual([]);
  expect(Check.parse({ ...QUESTION, expect: {} }).expect.answers).toBeUndefined();
});

describe('DomainName', () => {
  test.each([
    '.',
    'com',
    'com.',
    'www.example.com',
    'www.example.com.',
    'WWW.Example.COM',
    '_dmarc.example.com',
    '_443._tcp.example.com',
    '*.example.com',
    'xn--nxasmq6b.example',
    '1.2.0.192.in-addr.arpa.',
    '0/25.2.0.192.in-addr.arpa',
    'a--b.example',
    LABEL,
    nameOf(253),
    `${nameOf(253)}.`,
  ])('accepts %s', (name) => {
    expect(refusals(DomainName, name)).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['two dots', 'a..b'],
    ['only dots', '..'],
    ['a dot in front', '.com'],
    ['a hyphen in front', '-a.com'],
    ['a hyphen behind', 'a-.com'],
    ['a label of 64', `a${LABEL}.com`],
    ['254 characters without the final dot, which are 256 bytes on the wire', nameOf(254)],
    ['a space', 'a b.com'],
    ['a line break behind', 'a.com\n'],
    ['a NUL', 'a\0.com'],
    ['a slash in front', '/a.com'],
    ['a slash behind', 'a/.com'],
    ['an escape', 'a\\.b.com'],
    ['a wildcard in the middle', 'a.*.com'],
    ['a part of a wildcard', '*a.com'],
    ['a wildcard alone', '*'],
    ['an umlaut', 'b\u00fccher.example'],
    ['a Cyrillic look-alike', 'ex\u0430mple.com'],
    ['a full-width dot', 'a\uff0ecom'],
  ])('refuses %s', (_, name) => {
    expect(faultsOf(DomainName, name)).toEqual([
      { path: '', code: 'invalid_value', message: 'not a domain name' },
    ]);
  });

  test('refuses a long text in little time', () => {
    const started = performance.now();
    for (const text of ['a'.repeat(1e6), 'a.'.repeat(5e5), `${'a-'.repeat(5e5)}!`, `${LABEL}.`.repeat(1e4)]) {
      expect(refusals(DomainName, text).length).toBeGreaterThan(0);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

const asking = (more: object) => ({ ...QUESTION, ...more });
const expecting = (more: object) => asking({ expect: more });

describe('an answer', () => {
  test.each([
    '192.0.2.1',
    '"v=spf1 -all" "two strings"',
    '10 mail.example.com.',
    String.raw`"a byte \007 in presentation form"`,
    'gr\u00fc\u00dfe \u20ac \u{1f600}',
    'x'.repeat(1024),
  ])('is printable text, such as %s', (answer) => {
    expect(refusals(Check, expecting({ answers: [answer] }))).toEqual([]);
  });

  test.each([
    ['a NUL', '\0'],
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a tabulator', '\t'],
    ['an escape, which a terminal obeys', '\u001b[2J'],
    ['a delete', '\u007f'],
    ['a control character of the upper half', '\u0085'],
    ['a character that reverses what follows', '\u202e'],
    ['a character without width', '\u200b'],
    ['a byte order mark', '\ufeff'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['half of a surrogate pair', '\ud800'],
  ])('may not contain %s, wherever it stands', (_, character) => {
    const fault = { code: 'invalid_value', message: 'may not contain control characters or line breaks' };
    const answers = ['fine', `${character}a`, `a${character}b`, `a${character}`];
    expect(faultsOf(Check, expecting({ answers }))).toEqual([
      { path: '/expect/answers/1', ...fault },
      { path: '/expect/answers/2', ...fault },
      { path: '/expect/answers/3', ...fault },
    ]);
  });
});

test.each([
  ['0 as the lowest serial', expecting({ minSerial: 0 })],
  ['100 answers', expecting({ answers: Array.from({ length: 100 }, (_, i) => `${i}`) })],
  ['1 try', asking({ tries: 1 })],
  ['10 tries', asking({ tries: 10 })],
  ['a timeout', asking({ timeout: '250ms' })],
  ['one transport', asking({ transport: 'tcp' })],
  ['no EDNS', asking({ ednsUdpSize: 0 })],
  ['the smallest EDNS size', asking({ ednsUdpSize: 512 })],
  ['the largest EDNS size', asking({ ednsUdpSize: 4096 })],
])('accepts %s', (_, value) => {
  expect(refusals(Check, value)).toEqual([]);
});

test.each([
  ['a type that is not known', asking({ type: 'IXFR' }), '/type invalid_value'],
  ['another place', asking({ at: '127.0.0.1' }), '/at invalid_value'],
  ['an EDNS size below 512', asking({ ednsUdpSize: 511 }), '/ednsUdpSize invalid_value'],
  ['an EDNS size above 4096', asking({ ednsUdpSize: 4097 }), '/ednsUdpSize invalid_value'],
  ['an identity with an escape', expecting({ nsid: '\u001b' }), '/expect/nsid invalid_value'],
  ['a latency of nothing', expecting({ maxLatency: '0s' }), '/expect/maxLatency invalid_value'],
  ['a type in lower case', asking({ type: 'a' }), '/type invalid_value'],
  ['an unknown transport', asking({ transport: 'quic' }), '/transport invalid_value'],
  ['an unknown response code', expecting({ rcode: 'OK' }), '/expect/rcode invalid_value'],
  ['an answer that is no text', expecting({ answers: [1] }), '/expect/answers/0 invalid_value'],
  [
    'an answer that is too long',
    expecting({ answers: ['x'.repeat(1025)] }),
    '/expect/answers/0 invalid_value',
  ],
  [
    '101 answers',
    expecting({ answers: Array.from({ length: 101 }, () => 'x') }),
    '/expect/answers invalid_value',
  ],
  ['a negative serial', expecting({ minSerial: -1 }), '/expect/minSerial invalid_value'],
  ['a serial of 33 bits', expecting({ minSerial: 2 ** 32 }), '/expect/minSerial invalid_value'],
  ['a flag that is no flag', expecting({ aa: 'yes' }), '/expect/aa invalid_value'],
  ['0 tries', asking({ tries: 0 }), '/tries invalid_value'],
  ['11 tries', asking({ tries: 11 }), '/tries invalid_value'],
  ['half a try', asking({ tries: 1.5 }), '/tries invalid_value'],
  ['a timeout without a unit', asking({ timeout: '1000' }), '/timeout duration_invalid'],
  ['a timeout that is a number', asking({ timeout: 1000 }), '/timeout invalid_value'],
  ['an unknown field', asking({ server: '192.0.2.1' }), '/server unknown_field'],
  ['an unknown field of the expectation', expecting({ answer: 'x' }), '/expect/answer unknown_field'],
])('refuses %s', (_, value, refusal) => {
  expect(refusals(Check, value)).toEqual([refusal]);
});

describe('fields that contradict one another', () => {
  const soa = { name: 'example.com', type: 'SOA' };
  const axfr = { name: 'example.com', type: 'AXFR', transport: 'tcp' };
  test.each<[string, object, string]>([
    ['a zone transfer over UDP', { ...axfr, transport: 'both' }, '/transport'],
    ['the answers of a zone transfer', { ...axfr, expect: { answers: [] } }, '/expect/answers'],
    ['signatures without EDNS', asking({ dnssecOk: true, ednsUdpSize: 0 }), '/dnssecOk'],
    ['an identity without EDNS', asking({ ednsUdpSize: 0, expect: { nsid: 'ns1' } }), '/expect/nsid'],
    ['AD for who does not ask for it', expecting({ ad: true }), '/expect/ad'],
    ['truncation over TCP', asking({ transport: 'tcp', expect: { tc: true } }), '/expect/tc'],
    ['a serial of an address', expecting({ minSerial: 1 }), '/expect/minSerial'],
    ['a serial of a refusal', { ...soa, expect: { rcode: 'REFUSED', minSerial: 1 } }, '/expect/minSerial'],
    ['an address that is none', expecting({ answers: ['192.0.2.1', 'not an ip'] }), '/expect/answers/1'],
    ['an address of the other family', expecting({ answers: ['2001:db8::1'] }), '/expect/answers/0'],
    [
      'an IPv6 address that is none',
      asking({ type: 'AAAA', expect: { answers: ['::ffff:zz'] } }),
      '/expect/answers/0',
    ],
    ['records in a refusal', expecting({ rcode: 'REFUSED', answers: ['192.0.2.1'] }), '/expect/answers'],
    [
      'a latency beyond the timeout',
      asking({ timeout: '1s', expect: { maxLatency: '2s' } }),
      '/expect/maxLatency',
    ],
    [
      'a random label before a wildcard',
      asking({ name: '*.example.com', randomLabel: true }),
      '/randomLabel',
    ],
    ['a random label before a transferred zone', { ...axfr, randomLabel: true }, '/randomLabel'],
    [
      'a random label without room',
      asking({ name: nameOf(253 - RANDOM_LABEL_LENGTH + 1), randomLabel: true }),
      '/name',
    ],
  ])('refuses %s', (_, value, path) => {
    expect(refusals(SubmittedCheck, value)).toEqual([`${path} invalid_value`]);
  });

  test.each<[string, object]>([
    ['a zone transfer that is refused', { ...axfr, expect: { rcode: 'REFUSED' } }],
    ['no records in a refusal', expecting({ rcode: 'NXDOMAIN', answers: [] })],
    [
      'an IPv6 address, however it is written',
      asking({ type: 'AAAA', expect: { answers: ['2001:DB8:0::1', '::ffff:192.0.2.1'] } }),
    ],
    ['no records where the name exists', expecting({ answers: [] })],
    ['the lowest serial with the flag aa', { ...soa, expect: { minSerial: 0, aa: true } }],
    ['a final dot, a wildcard and upper case', { name: '*.WWW.Example.com.', type: 'A' }],
    ['a long timeout, with the tries that a check has', asking({ timeout: '10s' })],
    ['AD that is clear, whoever asks', expecting({ ad: false })],
    [
      'a name that just leaves room',
      asking({ name: `${nameOf(253 - RANDOM_LABEL_LENGTH)}.`, randomLabel: true }),
    ],
    ['a serial of a zone', { ...soa, expect: { minSerial: 1 } }],
    ['a latency up to the timeout', asking({ timeout: '1s', expect: { maxLatency: '1s' } })],
  ])('and accepts %s', (_, value) => {
    expect(refusals(SubmittedCheck, value)).toEqual([]);
  });
});

test.each(CHECK_TYPES)('the flag aa may be expected of any type: %s', (type) => {
  const check = { name: 'example.com', type, ...(type === 'AXFR' && { transport: 'tcp' }) };
  expect(refusals(SubmittedCheck, { ...check, expect: { aa: true } })).toEqual([]);
});

test('a check that was submitted reaches an agent as it was read', () => {
  const check = SubmittedCheck.parse(
    asking({
      at: 'both',
      dnssecOk: true,
      expect: { ad: true, ra: true, tc: false, maxLatency: '20ms', nsid: 'ns1' },
    }),
  );
  expect(AssignedCheck.parse(JSON.parse(JSON.stringify(check)))).toEqual(check);
  expect(check.expect.maxLatency).toBe(20);
});
