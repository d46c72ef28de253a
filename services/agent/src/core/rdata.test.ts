import { describe, expect, test } from 'vitest';
import { normalName, normalRdata } from './rdata.ts';

describe('the same record, written in two ways', () => {
  test.each([
    ['A', '192.0.2.1', ' 192.0.2.1 '],
    ['AAAA', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['CNAME', 'WWW.Example.com', 'www.example.com.'],
    ['MX', '10 mail.example.com', '10  MAIL.example.com.'],
    ['SRV', '0 5 443 a.example.', '0 5 443 A.example'],
    ['SOA', 'ns.example. admin.example. 1 2 3 4 5', 'NS.example admin.example 1 2 3 4 5'],
    ['TXT', 'v=spf1 -all', '"v=spf1 -all"'],
    ['TXT', '"v=spf1 " "-all"', '"v=spf1 -all"'],
    ['TXT', String.raw`"a\"b\\c\065"`, String.raw`a"b\\cA`],
    ['CAA', '0 issue "ca.example"', '0 ISSUE ca.example'],
    ['DS', '1 13 2 ABCD EF01', '1 13 2 abcdef01'],
    ['DNSKEY', '257 3 13 AbCd EfGh', '257 3 13 AbCdEfGh'],
  ] as const)('%s: %s', (type, one, other) => {
    expect(normalRdata(type, one)).toBe(normalRdata(type, other));
  });
});

describe('different records stay different', () => {
  test.each([
    ['A', '192.0.2.1', '192.0.2.10'],
    ['TXT', 'Case', 'case'],
    ['TXT', 'a  b', 'a b'],
    ['DNSKEY', '257 3 13 AbCd', '257 3 13 abcd'],
    ['MX', '10 mail.example', '20 mail.example'],
    ['AAAA', 'not an address', '::'],
  ] as const)('%s: %s', (type, one, other) => {
    expect(normalRdata(type, one)).not.toBe(normalRdata(type, other));
  });
});

test('the root keeps its dot', () => {
  expect([normalName('.'), normalName('Example.COM.')]).toEqual(['.', 'example.com']);
});
