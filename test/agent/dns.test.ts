import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Question } from '../../services/agent/src/core/answer.ts';
import { dnsClient } from '../../services/agent/src/adapters/dns/dns-packet-client.ts';
import { dig, type NamedService, startNamed, until } from './named-service.ts';

let named: NamedService;
const ask = (name: string, type: Question['type'], transport: Question['transport'] = 'udp') =>
  dnsClient({ address: '127.0.0.1', port: named.port }).ask({ name, type, transport, timeoutMs: 1000 });

beforeAll(async () => {
  named = await startNamed();
  await until('named answers', async () => {
    const answer = await ask('example.com', 'SOA');
    return answer.kind === 'answer' && answer.aa;
  });
});
afterAll(() => named.remove());

describe.each(['udp', 'tcp'] as const)('a real named over %s', (transport) => {
  test.each<[string, Question['type']]>([
    ['ns.example.com', 'A'],
    ['ns.example.com', 'AAAA'],
    ['example.com', 'CAA'],
    ['www.example.com', 'CNAME'],
    ['key.example.com', 'DNSKEY'],
    ['child.example.com', 'DS'],
    ['example.com', 'MX'],
    ['example.com', 'NS'],
    ['ptr.example.com', 'PTR'],
    ['example.com', 'SOA'],
    ['_sip._udp.example.com', 'SRV'],
    ['example.com', 'TXT'],
  ])('is understood as dig understands it: %s %s', async (name, type) => {
    const answer = await ask(name, type, transport);
    // dig leaves names in the case of the zone file, and breaks long keys and digests into pieces.
    const plain = (text: string) =>
      type === 'TXT'
        ? text
        : type === 'DS' || type === 'DNSKEY'
          ? text.replaceAll(' ', '')
          : text.toLowerCase();
    expect(answer).toMatchObject({ kind: 'answer', rcode: 'NOERROR', aa: true });
    expect(answer.kind === 'answer' ? answer.answers.map(plain) : []).toEqual(
      (await dig(named.port, name, type)).map(plain),
    );
  });

  test('says what does not exist, and what is not its own', async () => {
    expect(await ask('nobody.example.com', 'A', transport)).toMatchObject({
      rcode: 'NXDOMAIN',
      aa: true,
      answers: [],
    });
    expect(await ask('example.org', 'A', transport)).toMatchObject({ rcode: 'REFUSED', aa: false });
  });

  test('gives the serial, and a large answer whole', async () => {
    expect(await ask('example.com', 'SOA', transport)).toMatchObject({ serial: 42 });
    const large = await ask('large.example.com', 'TXT', transport);
    expect(large.kind === 'answer' ? large.answers : []).toHaveLength(12);
  });
});
