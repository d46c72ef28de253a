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
