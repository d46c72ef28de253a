import { expect, test } from 'vitest';
import { loadConfig, parseConfig } from './config.ts';

const GIVEN = {
  host: { id: 'ns1.ams', datacenter: 'ams', address: '127.0.0.1', port: 5301, controlPort: 9531 },
  root: '/srv/ns1/root',
  stateDir: '/srv/ns1/state',
  storeDir: '/srv/ns1/store',
  orchestrators: ['http://127.0.0.1:7301/', 'https://[::1]:7301'],
  tokenFile: '/srv/ns1/token',
  daemon: { driver: 'runit', service: '/srv/ns1/service', log: '/srv/ns1/named.log', config: 'named.conf' },
};

test('durations have defaults, and base URLs one form', () => {
  expect(parseConfig(JSON.stringify(GIVEN))).toMatchObject({
    pollFor: 5000,
    lease: 30_000,
    logLevel: 'info',
    vars: {},
    orchestrators: ['http://127.0.0.1:7301', 'https://[::1]:7301'],
  });
});

test.each([
  ['a host name', 'http://orchestrator.example:7301'],
  ['localhost', 'http://localhost:7301'],
  ['a path', 'http://127.0.0.1:7301/api'],
  ['another protocol', 'ftp://127.0.0.1'],
  ['a password', 'http://me:secret@127.0.0.1:7301'],
  ['no URL at all', '127.0.0.1'],
])('an orchestrator given by %s is refused', (_, url) => {
  expect(() => parseConfig(JSON.stringify({ ...GIVEN, orchestrators: [url] }))).toThrow(
    '/orchestrators/0: write http:// or https://, an IP address (not a host name)',
  );
});

test('all faults are told at once, each with its path', () => {
  const wrong = {
    ...GIVEN,
    lease: '30',
    lese: '30s',
    root: 'relative',
    host: { ...GIVEN.host, address: 'ns1.example' },
  };
  const told = (): unknown => parseConfig(JSON.stringify(wrong));
  for (const path of ['/lease: ', '/lese: ', '/root: ', '/host/address: ']) expect(told).toThrow(path);
});

test('the file that the environment names is named in the error', async () => {
  await expect(loadConfig({})).rejects.toThrow('BREAKWATER_AGENT_CONFIG');
  await expect(loadConfig({ BREAKWATER_AGENT_CONFIG: '/nowhere.json' })).rejects.toThrow(
    '/nowhere.json: there is no such file',
  );
});
