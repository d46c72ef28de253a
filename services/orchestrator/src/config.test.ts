import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BreakwaterError } from '@breakwater/shared';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'breakwater-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BARE = {
  api: { address: '127.0.0.1', port: 1 },
  agents: { address: '127.0.0.1', port: 2 },
  redis: { address: '127.0.0.1', port: 3 },
  hostsFile: 'hosts.json',
  operatorsFile: 'operators.json',
  witnessFile: '/var/lib/breakwater/witness.log',
  pagers: [{ name: 'sink', kind: 'webhook', url: 'http://127.0.0.1:4/' }],
};

function read(change: object): ReturnType<typeof readConfig> {
  const file = join(folder, 'orchestrator.json');
  writeFileSync(file, JSON.stringify({ ...BARE, ...change }));
  return readConfig({ BREAKWATER_ORCHESTRATOR_CONFIG: file });
}

function faults(change: object): string[] {
  try {
    read(change);
  } catch (error) {
    if (error instanceof BreakwaterError) return error.faults.map(({ path, code }) => `${path} ${code}`);
    throw error;
  }
  return [];
}

test("the fleet's defaults of a strategy stay as they are written", () => {
  const strategy = { canary: { soak: '20m' }, maxUnavailable: 2 };
  expect(read({ strategy }).strategy).toEqual(strategy);
  expect(read({}).strategy).toEqual({});
});

test('faulty defaults and limits refuse the start, all at once and with their paths', () => {
  const strategy = { canary: { soak: '40m' }, maxUnavailable: '0%', x: 1 };
  expect(faults({ strategy, limits: { minSoak: 600, maxSoak: '1h' } }).toSorted()).toEqual([
    '/limits/maxSoak unknown_field',
    '/limits/minSoak invalid_value',
    '/strategy/confirmDeadline strategy_unsafe',
    '/strategy/maxUnavailable invalid_value',
    '/strategy/x unknown_field',
  ]);
  expect(faults({ strategy: { canary: { soak: '40m' } } })).toEqual([
    '/strategy/confirmDeadline strategy_unsafe',
  ]);
});

test('limits are read, and none is set by itself', () => {
  const none = { minSoak: null, maxUnavailable: null, maxFailureThreshold: null, minVantage: null };
  expect(read({}).limits).toEqual({ ...none, requireApproval: [] });
  expect(read({ limits: { minSoak: '10m', maxUnavailable: '20%' } }).limits).toMatchObject({
    minSoak: 600_000,
    maxUnavailable: '20%',
  });
});

test('freeze windows are read, and every fault of them refuses the start', () => {
  const weekly = { days: ['fri'], from: '17:00', to: '08:00' };
  const once = { from: '2026-12-20T00:00', to: '2027-01-04T08:00' };
  const zone = { timeZone: 'Europe/Amsterdam' };
  expect(read({ freezes: [{ name: 'friday', ...zone, weekly }] }).freezes).toHaveLength(1);
  expect(read({}).freezes).toEqual([]);
  const freezes = [
    { name: 'a', timeZone: 'Europe/Amsterdm', weekly },
    { name: 'b', ...zone, weekly: { days: ['fri', 'someday'], from: '25:00', to: '8' } },
    { name: 'c', ...zone, weekly: { days: [], from: '08:00', to: '08:00' } },
    { name: 'd', ...zone, once: { from: '2026-02-30T00:00', to: '2026-02-01T00:00' } },
    { name: 'e', ...zone, once: { from: '2026-02-03T00:00', to: '2026-02-01T00:00' } },
    { name: 'f', ...zone, weekly, once },
    { name: 'g', ...zone },
  ];
  const paths = faults({ freezes }).map((fault) => fault.split(' ', 1).join(''));
  expect([...new Set(paths)].toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    '/freezes/0/timeZone',
    '/freezes/1/weekly/days/1',
    '/freezes/1/weekly/from',
    '/freezes/1/weekly/to',
    '/freezes/2/weekly/days',
    '/freezes/2/weekly/to',
    '/freezes/3/once/from',
    '/freezes/3/once/to',
    '/freezes/4/once/to',
    '/freezes/5',
    '/freezes/6',
  ]);
  const friday = { name: 'friday', ...zone, weekly };
  expect(faults({ freezes: [friday, friday] })).toEqual(['/freezes/1/name invalid_value']);
});
