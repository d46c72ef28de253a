import { expect, test } from 'vitest';
import { toldInLog } from './rehearsal-log.ts';

const at = (text: string): string => `20-Nov-2026 17:00:00.123 ${text}\n`;

test('the worst comes first, whole lines each once, three at most', () => {
  const log =
    at('zoneload: error: zone a.example/IN: loading failed') +
    at('general: info: loading configuration') +
    at('zoneload: error: zone a.example/IN: loading failed') +
    at('zoneload: error: zone b.example/IN: not loaded due to errors.') +
    at('zoneload: error: zone c.example/IN: not loaded due to errors.') +
    at('general: critical: loading configuration: failure');
  expect(toldInLog(log)).toBe(
    'general: critical: loading configuration: failure | zoneload: error: zone a.example/IN: loading failed | ' +
      'zoneload: error: zone b.example/IN: not loaded due to errors.',
  );
});

test('what the questions of the rehearsal caused is left out', () => {
  const denied =
    "security: info: client @0x7f12 127.0.0.1#40000 (a.example): query 'a.example/SOA/IN' denied";
  expect(toldInLog(at(denied))).toBe('');
  expect(toldInLog(at(denied) + at('network: info: no longer listening on 127.0.0.1#53'))).toBe(
    'network: info: no longer listening on 127.0.0.1#53',
  );
});

test('that the root does not answer is not told: a rehearsal has no network, whatever the change', () => {
  const root =
    at('resolver: info: resolver priming query complete: failure') +
    at("dnssec: warning: managed-keys-zone: Unable to fetch DNSKEY set '.': failure") +
    at("lame-servers: info: network unreachable resolving './NS/IN': 192.0.2.53#53") +
    at("resolver: error: unable to fetch './DNSKEY/IN': timed out");
  const own = "dnssec: error: zone a.example/IN: unable to load key 'a.example/ECDSAP256SHA256/1'";
  expect(toldInLog(root)).toBe('');
  expect(toldInLog(root + at(own))).toBe(own);
});

test('that all went well says nothing about what did not', () => {
  const started =
    at('general: info: sizing zone task pool based on 3 zones') +
    at('zoneload: info: zone a.example/IN: loaded serial 1') +
    at('general: notice: all zones loaded');
  expect(toldInLog(started + at('general: notice: running'))).toBe('');
});

test('of a stack trace the first line stays', () => {
  const log =
    at('general: critical: mem.c:123: fatal error: out of memory') +
    at('general: critical: /usr/sbin/named(+0x2f0a1)[0x55d0c]') +
    at('general: critical: /lib/libisc.so(isc_mem_get+0x12)[0x7f]') +
    at('general: critical: exiting (due to fatal error in library)');
  expect(toldInLog(log)).toBe('general: critical: mem.c:123: fatal error: out of memory');
});

test('without a word of trouble the last lines are told, without control characters and not too long', () => {
  const long = `a\u001b[2J${'x'.repeat(300)}`;
  expect(toldInLog(`one\ntwo\nthree\n${long}`)).toBe(`two | three | a [2J${'x'.repeat(245)}…`);
});
