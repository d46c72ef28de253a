import { describe, expect, test } from 'vitest';
import type { Host, Rollout } from '../api/api.ts';
import { hostRows } from './hosts.ts';
import { oddLine } from './oddities.ts';

const host = (id: string, applied: string, changes: object = {}): Host =>
  ({
    id,
    datacenter: 'ams',
    availability: 'healthy',
    desired: applied,
    applied,
    rollout: null,
    lastSeenAt: null,
    drained: null,
    drift: false,
    ...changes,
  }) as unknown as Host;
const rollout = (state: string, ...rows: [string, string][]): Rollout =>
  ({
    id: 'r-1',
    state,
    bundle: 'new',
    waves: [
      { hosts: rows.map(([id, row]) => ({ id, state: row, verdict: { reason: 'It answered REFUSED' } })) },
    ],
  }) as unknown as Rollout;
const remarks = (hosts: Host[], rollouts: Rollout[]) =>
  hostRows(hosts, 0, rollouts)
    .slice(1)
    .map((row) => row.at(-1));

describe('a host that runs another configuration', () => {
  test('than is declared for it is named, unless a rollout has it', () => {
    const away = host('ns1.ams', 'new', { desired: 'old' });
    const others = [host('ns2.ams', 'old')];
    expect(oddLine([away, ...others], [])).toBe('1 host runs another configuration than the others: ns1.ams');
    expect(remarks([away, ...others], [])).toEqual(['runs another configuration than declared', '']);
    expect(oddLine([{ ...away, rollout: 'r-1' }, ...others], [])).toBe(null);
  });

  test('since an aborted first rollout left it there is named, until it is alike again', () => {
    const aborted = rollout('aborted', ['ns1.ams', 'confirmed'], ['ns2.ams', 'pending']);
    const hosts = [host('ns1.ams', 'new'), host('ns2.ams', 'old')];
    expect(oddLine(hosts, [aborted])).toContain('ns1.ams');
    expect(oddLine(hosts, [rollout('succeeded', ['ns1.ams', 'confirmed']), aborted])).toBe(null);
    expect(oddLine([host('ns1.ams', 'new'), host('ns2.ams', 'new')], [aborted])).toBe(null);
  });
});

test('a host that failed in a rollout that is not over says so', () => {
  const hosts = [host('ns1.ams', 'old', { rollout: 'r-1' }), host('ns2.ams', 'old', { rollout: 'r-1' })];
  const rows: [string, string][] = [
    ['ns1.ams', 'reverted'],
    ['ns2.ams', 'pending'],
  ];
  expect(remarks(hosts, [rollout('halted', ...rows)])).toEqual(['failed in r-1: It answered REFUSED', '']);
  expect(remarks(hosts, [rollout('aborted', ...rows)])).toEqual(['', '']);
});
