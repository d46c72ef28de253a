import { beforeEach, describe, expect, test } from 'vitest';
import type { QueryAnswer } from '../core/gate-query.ts';
import type { Rollout } from '../core/rollout.ts';
import { submissionOf, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { previewPlan } from './planning.ts';
import { submit } from './submit.ts';

const GATE = {
  kind: 'prometheus',
  name: 'errors',
  query: 'errors{host=~"{{hosts}}"}',
  condition: { is: '<', value: 1 },
  every: '2s',
  during: ['canary', 'datacenter', 'global'],
};
const COMPARED = { kind: 'comparison', name: 'latency', every: '2s', during: ['canary'] };
const SOAK = { canary: { soak: '4s' }, datacenters: { soak: '4s' }, global: { soak: '4s' } };
const strategyOf = (...gates: object[]) => ({ strategy: { ...SOAK, vantage: 0, gates } });

const value = (one: number): QueryAnswer => ({ kind: 'values', elements: [{ labels: '', value: one }] });
const ended = ({ state }: Rollout): boolean => ['succeeded', 'halted'].includes(state);

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

describe('a query', () => {
  test('that meets its condition lets the rollout succeed; it is asked for the hosts of each wave', async () => {
    const asked = new Set<string>();
    o.answers = (query) => {
      asked.add(query);
      return value(0);
    };
    const { id } = await o.submit(strategyOf(GATE));
    expect((await o.until(id, ended)).state).toBe('succeeded');
    expect([...asked][0]).toBe(String.raw`errors{host=~"ns1\\.ams"}`);
    expect(asked.size).toBeGreaterThan(1);
  });

  test('that misses it halts at the canary, and sends it back', async () => {
    o.answers = () => value(3);
    const { id } = await o.submit(strategyOf(GATE));
    const { verdict, hosts } = await o.until(id, ended);
    expect(verdict).toMatchObject({
      code: 'gate_failed',
      wave: 'canary',
      reason: 'gate errors: 3 is not < 1',
    });
    expect(Object.values(hosts).filter((row) => row.grantedAt !== null)).toHaveLength(1);
    expect(await o.types(id)).toContain('gate.measured');
  });

  test('that nobody answers halts when its deadline is over', async () => {
    const { id } = await o.submit(strategyOf(GATE));
    const { verdict } = await o.until(id, ended);
    expect(verdict.code).toBe('gate_unclear');
    expect(verdict.reason).toContain('nobody has measured anything');
  });

  test('is asked by one process once at a time, and by several without harm', async () => {
    let open = 0;
    o.answers = () => value((open += 1) && 0);
    const { id } = await o.submit(strategyOf(GATE));
    const rollout = await o.until(id, ({ waves }) => waves[0]?.startedAt !== null);
    for (let again = 0; again < 5; again += 1) o.gates.tend(rollout);
    await o.gates.close();
    expect(open).toBeLessThanOrEqual(1);
    const other = new TestOrchestrator([], o);
    other.answers = () => value(9);
    other.gates.tend(rollout);
    await other.gates.close();
    expect((await o.stored(id)).gates['canary']?.[0]?.misses).toBe(0);
  });
});

describe('a comparison', () => {
  const measured = (latency: number, failed = 0) => ({
    asked: 60 + failed,
    failed,
    latencies: Array.from({ length: 50 }, (_, index) => latency + (index % 5)),
  });

  async function compared(canary: ReturnType<typeof measured> | undefined): Promise<Rollout> {
    const { id, bundle } = await o.submit(strategyOf(COMPARED));
    expect((await o.until(id, ({ state }) => state === 'running')).state).toBe('running');
    for (const host of o.hosts.values()) host.measures = measured(5);
    o.host('ns1.ams').measures = canary;
    o.host('ns1.ams').generation = bundle;
    return o.until(id, ended);
  }

  test('with a canary like the others lets the rollout succeed', async () => {
    expect((await compared(measured(5))).state).toBe('succeeded');
  });

  test('with a canary three times as slow halts', async () => {
    const { verdict } = await compared(measured(21));
    expect(verdict).toMatchObject({ code: 'gate_failed', wave: 'canary' });
    expect(verdict.reason).toContain('changed hosts take 23ms, the others 7ms');
  });

  test('with a canary that drops answers halts', async () => {
    expect((await compared(measured(5, 20))).verdict.reason).toContain('fail to answer 25%, the others 0%');
  });

  test('with a canary that measures nothing is never a pass', async () => {
    expect((await compared(undefined)).verdict.code).toBe('gate_unclear');
  });
});

describe('a gate that could never be measured is refused before anything begins', () => {
  test('a query where there is no Prometheus', async () => {
    const deps = { ...o.deps, hasMetrics: false };
    const submission = submissionOf(strategyOf(COMPARED, GATE));
    const refused = {
      code: 'gate_unavailable',
      faults: [{ path: '/strategy/gates/1', code: 'gate_unavailable' }],
    };
    await expect(submit(deps, o.engine, submission, SUE)).rejects.toMatchObject(refused);
    await expect(previewPlan(deps, o.engine, submission)).rejects.toMatchObject(refused);
    expect(await o.events()).toEqual([]);
  });

  test('a comparison during a wave that leaves nobody unchanged', async () => {
    const targets = { hosts: ['ns1.ams'] };
    const submission = submissionOf({ ...strategyOf(COMPARED), targets });
    await expect(submit(o.deps, o.engine, submission, SUE)).rejects.toMatchObject({
      code: 'gate_unavailable',
    });
  });
});
