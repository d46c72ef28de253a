import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS } from '@breakwater/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { ask, change, hostOf, submit, until, untilHost, untilState } from '../support/rollouts.ts';
import {
  eventually,
  firing,
  type PrivateServer,
  query,
  startAlertmanager,
  startPrometheus,
} from './servers.ts';
import { slowDown } from './slow-down.ts';

const PORT_BASE = 26_200;
const [PROMETHEUS, ALERTMANAGER] = [PORT_BASE + 40, PORT_BASE + 41];
const RULES = new URL('../../deploy/prometheus/breakwater.rules.yml', import.meta.url);

let fleet: Fleet;
let prometheus: PrivateServer;
let alertmanager: PrivateServer;

beforeAll(async () => {
  alertmanager = await startAlertmanager(ALERTMANAGER);
  fleet = await startFleet({
    hosts: 4,
    datacenters: 2,
    portBase: PORT_BASE,
    rehearsal: 'off',
    orchestrator: {
      prometheus: { address: '127.0.0.1', port: PROMETHEUS },
      pagers: [{ name: 'alerts', kind: 'alertmanager', urls: [alertmanager.url] }],
    },
  });
  prometheus = await startPrometheus({
    port: PROMETHEUS,
    alertmanager: ALERTMANAGER,
    rules: [await impatientRules()],
    targets: [
      { job: 'breakwater-orchestrator', address: new URL(fleet.api).host },
      ...fleet.hosts.map(({ id, datacenter, address, metricsPort }) => ({
        job: 'breakwater-agent',
        address: `${address}:${metricsPort}`,
        labels: { host: id, datacenter },
      })),
    ],
  });
  await eventually(
    () => query(prometheus, 'up == 1'),
    (up) => up.length === fleet.hosts.length + 1,
  );
});
afterAll(async () => {
  await Promise.all([prometheus?.stop(), alertmanager?.stop(), fleet?.stop()]);
});

/** The rules as they are, but for the time that somebody is given to decide about a halt. */
async function impatientRules(): Promise<string> {
  const text = await readFile(RULES, 'utf8');
  const impatient = text.replace(/(breakwater_halted_undecided_seconds\)) > \d+/, '$1 > 1');
  expect(impatient).not.toBe(text);
  const file = join(fleet.runDir, 'breakwater.rules.yml');
  await writeFile(file, impatient);
  return file;
}

const UP = { kind: 'prometheus', name: 'daemons-up', every: '1s', condition: { is: '>=', value: 1 } };
const upGate = (when: object) => ({
  ...UP,
  // A scrape may fall into the very moment of the restart that the change asks for.
  query: 'min(max_over_time(breakwater_agent_daemon_up{host=~"{{hosts}}"}[10s]))',
  ...when,
});

/** A change of an address, judged by these gates. `serial` has to grow from one that is kept to the next. */
const gated = (serial: number, gates: readonly object[], soak = '2s') =>
  change(serial, ['192.0.2.80', `192.0.2.${serial}`], {
    strategy: { gates, canary: { soak }, datacenters: { soak: '2s' }, global: { soak: '2s' } },
  });

const say = (id: string, verb: string) =>
  ask(fleet, 'POST', `/v1/rollouts/${id}/${verb}`, { reason: 'a test' });

describe('what a fleet shows', () => {
  test.each(['the orchestrator', 'an agent'])(
    'promtool finds no fault with the metrics of %s',
    async (whose) => {
      const { address, metricsPort } = hostOf(fleet, 'ns1.ams');
      const base = whose === 'an agent' ? `http://${address}:${metricsPort}` : fleet.api;
      const input = await (await fetch(`${base}/metrics`)).text();
      expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
    },
  );

  test('reaches Prometheus: hosts, agents and budgets of both datacenters', async () => {
    const of = async (text: string): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await query(prometheus, text)).map(({ labels, value }) => [labels['datacenter'] ?? '', value]),
      );
    expect(await of(`${METRICS.hosts.name}{availability="healthy"}`)).toEqual({ ams: 2, fra: 2 });
    expect(await of(`${METRICS.agents.name}{link="connected"}`)).toEqual({ ams: 2, fra: 2 });
    expect(await of(METRICS.budgetLimit.name)).toEqual({ ams: 1, fra: 1 });
  });
});

describe('a gate that asks Prometheus', () => {
  test('passes, and so does a comparison of the canary with the others: the change reaches every host', async () => {
    const kinds = ['canary', 'datacenter', 'global'];
    const comparison = {
      kind: 'comparison',
      name: 'latency',
      during: ['canary'],
      every: '1s',
      minSamples: 20,
      // On a busy machine either side may be slow, or silent, for a moment.
      maxSlower: { ratio: 100, by: '2s' },
      maxMoreFailing: 0.5,
    };
    const id = await submit(fleet, gated(2, [upGate({ before: kinds, during: kinds }), comparison], '8s'));
    await untilHost(fleet, id, 'ns1.ams', 'soaking');
    // While it is compared, both sides are shown.
    await eventually(
      () => query(prometheus, `${METRICS.measuredLatency.name}{statistic="median"}`),
      (sides) => sides.length === 2,
    );
    expect(await untilState(fleet, id, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
    expect(
      await eventually(
        () => query(prometheus, `sum(${METRICS.generations.name}{rank="newest"})`),
        ([sum]) => sum?.value === 4,
      ),
    ).toHaveLength(1);
  });

  test('fails and halts; the halt is an alert until somebody decides, and one more for nobody deciding', async () => {
    const exits = METRICS.agentDaemonExits.name;
    const [before] = await query(prometheus, `${exits}{host="ns1.ams"}`);
    // The canary's daemon is restarted for the change, which this gate takes for one restart too many.
    const gate = {
      kind: 'prometheus',
      name: 'restarts',
      every: '1s',
      query: `max(${exits}{host=~"{{hosts}}"})`,
      condition: { is: '<=', value: before?.value },
      during: ['canary'],
    };
    const id = await submit(fleet, gated(3, [gate], '5s'));
    const halted = await untilState(fleet, id, 'succeeded', 'halted');
    expect(halted).toMatchObject({ state: 'halted', verdict: { code: 'gate_failed', wave: 'canary' } });
    const paged = await until(fleet, id, ({ type }) => type === 'page.delivered');
    expect(paged.pagedAt).not.toBeNull();
    const [page] = await firing(alertmanager, 'BreakwaterPage');
    expect(page).toMatchObject({
      labels: { severity: 'critical', rollout: id },
      annotations: { code: 'gate_failed' },
    });
    const [rule] = await eventually(
      () => firing(alertmanager, 'BreakwaterHaltedUndecided'),
      (alerts) => alerts.length > 0,
    );
    expect(rule?.annotations['runbook_url']).toContain('halted-undecided');
    expect(await say(id, 'abort')).toMatchObject({ status: 200 });
    await eventually(
      () => firing(alertmanager, 'BreakwaterPage'),
      (alerts) => alerts.length === 0,
    );
    await eventually(
      () => query(prometheus, 'ALERTS{alertname="BreakwaterHaltedUndecided"}'),
      (alerts) => alerts.length === 0,
    );
    expect((await query(prometheus, METRICS.halts.name))[0]?.value).toBe(1);
  });

  test('that gets no answer, since Prometheus is gone, is no pass: the rollout halts before its canary', async () => {
    await prometheus.end();
    const id = await submit(fleet, gated(3, [upGate({ before: ['canary'], deadline: '10s' })]));
    const halted = await untilState(fleet, id, 'succeeded', 'halted');
    expect(halted).toMatchObject({ state: 'halted', verdict: { code: 'gate_unclear' } });
    expect(halted.waves[0]).toMatchObject({ hosts: [{ id: 'ns1.ams', state: 'ready' }] });
    await say(id, 'abort');
  });
});

test('a canary that answers, but slower than the others do at the same moment, halts its rollout', async () => {
  const comparison = {
    kind: 'comparison',
    name: 'latency',
    during: ['canary'],
    every: '1s',
    minSamples: 20,
    maxSlower: { ratio: 1.5, by: '20ms' },
  };
  const id = await submit(fleet, gated(3, [comparison], '15s'));
  await untilHost(fleet, id, 'ns1.ams', 'soaking');
  const slow = await slowDown(fleet, 'ns1.ams');
  try {
    const halted = await untilState(fleet, id, 'succeeded', 'halted');
    expect(halted).toMatchObject({ state: 'halted', verdict: { code: 'gate_failed', wave: 'canary' } });
    expect(halted.verdict?.reason).toContain('changed hosts take');
  } finally {
    slow.end();
  }
  await untilHost(fleet, id, 'ns1.ams', 'reverted');
});
