import { expect, test } from 'vitest';
import { portConflictIn } from './port-conflicts.ts';
import { parseStatements } from './statements.ts';

const conflict = (text: string) => portConflictIn(parseStatements(text));
const dns = (list: string, how = 'port 5353') => `options { listen-on ${how} { ${list} }; };`;
const control = (address: string, port = 5353) =>
  `controls { inet ${address} port ${port} allow { any; }; };`;
const statistics = (address: string, port = 5353) => `statistics-channels { inet ${address} port ${port}; };`;

test.each([
  ['a control channel at the address that answers', dns('192.0.2.1/32;') + control('192.0.2.1')],
  ['one at all addresses', dns('192.0.2.1/32;') + control('0.0.0.0')],
  ['statistics within a network that answers', dns('192.0.2.0/24;') + statistics('192.0.2.1')],
  ['statistics where everything answers', dns('!10.0.0.1/32; any;') + statistics('192.0.2.1')],
  ['statistics at an address of this host', dns('localhost;') + statistics('192.0.2.1')],
  [
    'a control channel at the standard port of DNS',
    `options { listen-on { any; }; };${control('192.0.2.1', 53)}`,
  ],
  [
    'a control channel at the port of the options',
    `options { port 5353; listen-on { any; }; };${control('192.0.2.1')}`,
  ],
  [
    'a control channel at an IPv6 address',
    `options { listen-on-v6 port 5353 { any; }; };${control('2001:db8::1')}`,
  ],
  ['two channels', control('127.0.0.1', 8053) + statistics('127.0.0.1', 8053)],
  [
    'DNS and TLS',
    `options { listen-on port 5353 { 192.0.2.1/32; }; listen-on port 5353 tls t { 192.0.2.1/32; }; };`,
  ],
])('%s is a conflict', (_, text) => expect(conflict(text)).not.toBeNull());

test.each([
  ['another port', dns('any;') + control('192.0.2.1', 953)],
  ['another address', dns('192.0.2.1/32;') + control('192.0.2.2')],
  ['another family', dns('any;') + control('2001:db8::1')],
  ['an address that is left out', dns('!192.0.2.1/32; any;') + control('192.0.2.1')],
  ['a host that does not answer over IPv4', dns('none;') + control('0.0.0.0')],
  [
    'standard ports',
    'options { listen-on { any; }; listen-on tls t { any; }; }; controls { inet 127.0.0.1; };',
  ],
  ['a channel over a socket file', `${dns('any;')}controls { unix "/run/x" perm 384 owner 0 group 0; };`],
  ['DNS twice', 'options { listen-on port 5353 { 192.0.2.1/32; }; listen-on port 5353 { any; }; };'],
  ['nothing', ''],
])('%s is none', (_, text) => expect(conflict(text)).toBeNull());

test('both are named as they stand in the configuration', () =>
  expect(conflict(dns('192.0.2.1/32;') + control('192.0.2.1'))).toEqual([
    'listen-on port 5353 { 192.0.2.1/32; }',
    'controls { inet 192.0.2.1 port 5353 }',
  ]));
