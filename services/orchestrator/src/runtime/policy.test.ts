import { expect, test } from 'vitest';
import { NO_LIMITS } from '../core/limits.ts';
import { enrolled, submissionOf, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { previewPlan } from './planning.ts';
import { assertPolicy } from './policy.ts';

const HOSTS = ['ns1.ams', 'ns2.ams'].map(enrolled);

test('defaults that the fleet itself does not allow, or that name no datacenter of it, refuse the start', () => {
  const limits = { ...NO_LIMITS, minSoak: 900_000, requireApproval: ['global'] as const };
  const strategy = { datacenters: { order: ['ams', 'fra'], soak: '15m' }, global: { soak: '15m' } };
  const start = (): void => assertPolicy({ strategy, limits }, HOSTS);
  expect(start).toThrow('/strategy/canary/soak: must be at least 15m in this fleet');
  expect(start).toThrow('/strategy/approval: this fleet wants an approval before every global wave');
  expect(start).toThrow('/strategy/datacenters/order/1: there is no datacenter fra');
  expect(() => assertPolicy({ strategy: {}, limits: NO_LIMITS }, HOSTS)).not.toThrow();
});

test('a submission beyond a limit is refused with everything else that is wrong with it, and stores nothing', async () => {
  const o = await TestOrchestrator.ready();
  o.deps.limits = { ...NO_LIMITS, minVantage: 1 };
  const change = { strategy: { vantage: 0 }, targets: { hosts: ['ns9.ams'] } };
  const refusal = { faults: [{ code: 'strategy_beyond_limits' }, { code: 'target_unknown' }] };
  await expect(o.submit(change)).rejects.toMatchObject(refusal);
  await expect(previewPlan(o.deps, o.engine, submissionOf(change))).rejects.toMatchObject(refusal);
  expect(await o.types()).toEqual([]);
});

test("a plan's digest changes with whatever decides what would happen, and with nothing else", async () => {
  const o = await TestOrchestrator.ready();
  const digest = async (change: Record<string, unknown>): Promise<string> =>
    (await previewPlan(o.deps, o.engine, submissionOf(change))).planDigest;
  const plain = await digest({});
  expect(await digest({ title: 'other words', reason: 'other words', ticket: 'NET-1' })).toBe(plain);
  const others = [
    { bundle: { files: { 'all/named.conf': 'options { };\n' } } },
    { strategy: { applyDeadline: '4m' } },
    { checks: [{ name: 'www.example.com', type: 'A' }] },
    { expect: { zonesRemoved: '*' } },
    { targets: { exclude: ['ns4.ams'] } },
  ];
  const digests = await Promise.all(others.map(digest));
  expect(new Set([plain, ...digests]).size).toBe(others.length + 1);
  await expect(o.submit({ strategy: { applyDeadline: '4m' }, planDigest: plain })).rejects.toMatchObject({
    code: 'plan_changed',
  });
});
