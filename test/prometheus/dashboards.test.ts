import { execFile, execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { METRICS } from '@breakwater/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { ask, change, hostOf, submit, untilHost, untilState } from '../support/rollouts.ts';
import { filledIn, subjects, watch } from './photographs.ts';
import { type Photograph, pictures } from './pictures.ts';
import { eventually, type PrivateServer, query, startPrometheus } from './servers.ts';
import { slowDown } from './slow-down.ts';

const PORT_BASE = 26_700;
const PROMETHEUS = PORT_BASE + 60;
const run = promisify(execFile);

/** A comparison that is content with everything: it makes hosts measure. */
const MEASURE = {
  kind: 'comparison',
  name: 'latency',
  during: ['canary'],
  every: '1s',
  minSamples: 20,
  maxSlower: { ratio: 100, by: '1s' },
};
const NEVER = {
  kind: 'prometheus',
  name: 'never',
  every: '1s',
  query: 'vector(0)',
  condition: { is: '>=', value: 1 },
  before: ['datacenter'],
};

/** What looks bad only once the store, and then the orchestrator, is gone. */
const AT_THE_END = ['orchestrator: Store', 'orchestrator: Orchestrators down'];

let fleet: Fleet;
let prometheus: PrivateServer;
let good: Map<string, Photograph>;
let bad: Map<string, Photograph>;
/** What is read from the store alone, while the store is silent. */
let silent: Map<string, Photograph>;

beforeAll(async () => {
  fleet = await startFleet({
    hosts: 6,
    datacenters: 2,
    portBase: PORT_BASE,
    rehearsal: 'off',
    orchestrator: {
      prometheus: { address: '127.0.0.1', port: PROMETHEUS },
      // Nobody listens there.
      pagers: [{ name: 'nobody', kind: 'webhook', url: 'http://127.0.0.1:9/' }],
    },
  });
  prometheus = await startPrometheus({
    port: PROMETHEUS,
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
  const id = await goodRollout();
  good = await photographsOf(async () => {
    const { state } = await untilState(fleet, id, 'succeeded', 'halted');
    if (state !== 'succeeded') throw new Error(`the good rollout is ${state}`);
  }, 'good');
  bad = await photographsOf(troubles, 'bad');
  await nobodyAnswers();
}, 150_000);
afterAll(async () => {
  await Promise.all([prometheus?.stop(), fleet?.stop()]);
});

/** Photographs everything while a story goes on, and for a while after it. */
async function photographsOf(
  story: () => Promise<void>,
  which: 'good' | 'bad',
): Promise<Map<string, Photograph>> {
  const wanted = new Map(
    [...pictures]
      .filter(([name]) => which === 'good' || !AT_THE_END.includes(name))
      .map(([name, picture]) => [name, picture[which] === 'same' ? picture.good : picture[which]]),
  );
  let enough: AbortSignal | null = null;
  const taken = watch(prometheus, wanted, () => enough?.aborted ?? false);
  // What happened last is still to be scraped.
  const told = story().finally(() => {
    enough = AbortSignal.timeout(5000);
  });
  return (await Promise.all([taken, told]))[0];
}

/** Begins a rollout that goes well. @returns its id, once its canary soaks. */
async function goodRollout(): Promise<string> {
  const pass = { ...NEVER, name: 'always', query: 'vector(1)', before: [], during: ['canary'] };
  const strategy = { gates: [pass, MEASURE], canary: { soak: '10s' } };
  const id = await submit(fleet, change(2, ['192.0.2.80', '192.0.2.2'], { strategy }));
  await untilHost(fleet, id, 'ns1.ams', 'soaking');
  return id;
}

const sv = (verb: string, service: string) => run('sv', ['-w', '20', verb, service]);

/** Two rollouts halt, a host is changed by hand and its daemon is stopped, and an agent is gone. */
async function troubles(): Promise<void> {
  const [edited, gone] = [hostOf(fleet, 'ns3.ams'), hostOf(fleet, 'ns3.fra')];
  await sv('down', gone.services.agent);
  const strategy = { maxUnavailable: '100%' };
  const wrong = change(3, ['192.0.2.3'], {
    targets: { datacenters: ['ams'], exclude: [edited.id] },
    checks: [{ name: 'www.example.com', type: 'A', expect: { answers: ['192.0.2.99'] } }],
    strategy,
  });
  const slow = change(3, ['192.0.2.3'], {
    targets: { datacenters: ['fra'], exclude: [gone.id] },
    strategy: { ...strategy, gates: [MEASURE, NEVER], canary: { soak: '15s' } },
  });
  const [first, second] = [await submit(fleet, wrong), await submit(fleet, slow)];
  await appendFile(join(edited.root, 'named.conf'), '\n// by hand\n');
  await Promise.all([untilState(fleet, first, 'halted'), slowCanary(second)]);
  await ask(fleet, 'POST', `/v1/hosts/${edited.id}/drain`, { reason: 'a test' });
  await ask(fleet, 'POST', '/v1/line/stop', { reason: 'a test' });
  await sv('down', edited.services.named);
  // An agent reads its files every half minute, and one that is silent for so long is lost.
  for (const what of [METRICS.drifted.name, `${METRICS.agents.name}{link="lost"}`])
    await eventually(
      () => query(prometheus, `sum(${what})`),
      ([sum]) => sum?.value === 1,
      45_000,
    );
}

/** A canary that answers late, until the gate behind it halts its rollout. */
async function slowCanary(id: string): Promise<void> {
  await untilHost(fleet, id, 'ns1.fra', 'soaking');
  const slow = await slowDown(fleet, 'ns1.fra');
  try {
    await untilState(fleet, id, 'halted');
  } finally {
    slow.end();
  }
}

/** The store is silent, and then there is no orchestrator. */
async function nobodyAnswers(): Promise<void> {
  const late = AbortSignal.timeout(30_000);
  const see = (wanted: Parameters<typeof watch>[1]) => watch(prometheus, wanted, () => late.aborted);
  await sv('down', fleet.services['redis'] ?? '');
  const ofStore = subjects.filter(({ queries }) => queries.every(({ expr }) => isOfStore(expr)));
  silent = await see(new Map(ofStore.map(({ name }) => [name, (photo) => Object.keys(photo).length === 0])));
  for (const name of AT_THE_END) {
    const picture = pictures.get(name);
    if (picture === undefined || picture.bad === 'same') throw new Error(`${name} has no picture of its own`);
    for (const [, photo] of await see(new Map([[name, picture.bad]]))) bad.set(name, photo);
    await sv('down', fleet.services['orchestrator'] ?? '');
  }
}

/** Whether all that a query asks for is read from the store; that it answers is what zeros are made of. */
function isOfStore(expr: string): boolean {
  const asked = expr.match(/\b(?:breakwater|process)_\w+/g) ?? [];
  const ofStore = Object.values(METRICS).filter(({ source }) => source === 'store');
  const names: readonly string[] = [...ofStore.map(({ name }) => name), METRICS.storeUp.name];
  // What is about a time shows what was until then.
  if (expr.includes('$__rate_interval')) return false;
  return asked.some((name) => name !== METRICS.storeUp.name) && asked.every((name) => names.includes(name));
}

test('every panel and every mark has a picture, and there is no picture of anything else', () => {
  expect([...pictures.keys()].toSorted()).toEqual(subjects.map(({ name }) => name).toSorted());
});

describe.each([...pictures])('%s', (name, picture) => {
  test('shows a good rollout as it is', () => {
    const photo = good.get(name) ?? {};
    expect([picture.good(photo), photo]).toEqual([true, photo]);
  });

  test('shows trouble, and not as if it were none', () => {
    const photo = bad.get(name) ?? {};
    const fits = picture.bad === 'same' ? picture.good : picture.bad;
    expect([fits(photo), photo]).toEqual([true, photo]);
    if (picture.bad === 'same') return;
    expect(picture.good(photo)).toBe(false);
    expect(picture.bad(good.get(name) ?? {})).toBe(false);
  });
});

test('while the store is silent nothing of it is shown, and no zero stands in for it', () => {
  expect(silent.size).toBeGreaterThan(15);
  expect([...silent].filter(([, photo]) => Object.keys(photo).length > 0)).toEqual([]);
});

test('promtool understands every query', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-dashboards-'));
  try {
    const file = join(folder, 'queries.yml');
    const rules = subjects.flatMap(({ queries }) => queries.map(({ expr }) => filledIn(expr)));
    const numbered = rules.map((expr, index) => ({ record: `query:number_${index}`, expr }));
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules: numbered }] }));
    const said = execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8', stdio: 'pipe' });
    expect(said).toContain(`${rules.length} rules found`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
