import { fail, inconclusive, noData, pass, type Verdict } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver, withAvailability } from './testing/fleet.ts';
import { HEARD_WITHIN_MS } from './vantage.ts';
import { vantageTasks } from './vantage-tasks.ts';

const canary = 'ns1.ams';
const REFUSED = fail('wrong_rcode', 'a.example SOA over udp answered REFUSED, expected NOERROR');
const NOTHING = noData('no_answer', 'a.example SOA over udp got no answer');
const WELL = pass('answered', 'All questions were answered as expected.');
const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };

/** A rollout whose canary has just begun to soak, with what each host that asks it finds. */
function soaking(
  says: Record<string, Verdict | null>,
  strategy: object = {},
  fleet = evenFleet(['ams', 'fra'], 2),
) {
  const run = new Drive(rolloutOver(fleet, { strategy: { ...SOAKS, ...strategy } }), fleet);
  run.says = (point) => (point in says ? (says[point] ?? null) : WELL);
  return run.preflight().report(canary, 'applying').report(canary, 'verifying').report(canary, 'soaking');
}

/** The same, when its soak is over by its own word and by our clock. */
function soaked(
  says: Record<string, Verdict | null>,
  strategy: object = {},
  fleet = evenFleet(['ams', 'fra'], 2),
) {
  return soaking(says, strategy, fleet).wait(1000).report(canary, 'soaked').wait(1000);
}

const points = (run: Drive) => run.rollout.vantage[run.row(canary).id]?.points.map(({ host }) => host);

describe('who asks', () => {
  test('is a host of another datacenter, the same one for as long as it serves', () => {
    const run = soaking({});
    expect(points(run)).toEqual(['ns1.fra']);
    run.wait(60_000);
    expect(points(run)).toEqual(['ns1.fra']);
  });

  test('is a host of the same datacenter where there is no other', () => {
    expect(points(soaking({}, {}, evenFleet(['ams'], 3)))).toEqual(['ns2.ams']);
  });

  test('are as many as the strategy asks for, and no more than there are', () => {
    expect(points(soaking({}, { vantage: 3 }))).toEqual(['ns1.fra', 'ns2.fra', 'ns2.ams']);
    expect(points(soaking({}, { vantage: 5 }))).toHaveLength(3);
  });

  test('is nobody when the strategy says so, or where there is nobody; the host is kept on its own word then', () => {
    const off = soaked({}, { vantage: 0 });
    expect(off.row(canary).confirming).toBe(true);
    const alone = evenFleet(['ams'], 1);
    const run = new Drive(rolloutOver(alone, { strategy: SOAKS, targets: { hosts: [canary] } }), alone);
    run.preflight().report(canary, 'applying').report(canary, 'soaking').wait(1000).report(canary, 'soaked');
    expect(run.row(canary).confirming).toBe(true);
    expect(run.events).toContainEqual(expect.objectContaining({ type: 'host.confirming', vantage: [] }));
  });

  test('is somebody else when it turns unhealthy before the host is kept', () => {
    const run = soaking({ 'ns1.fra': null });
    run.fleet = withAvailability(run.fleet, 'ns1.fra', 'unhealthy');
    run.look();
    expect(points(run)).toEqual(['ns2.fra']);
  });
});

describe('a wrong answer', () => {
  test.each(['soaking', 'confirming', 'confirmed'])('fails a host that is %s, and says who asked', (when) => {
    const says: Record<string, Verdict | null> = {};
    const run = when === 'soaking' ? soaking(says) : soaked(says);
    if (when === 'confirmed') run.report(canary, 'confirmed');
    says['ns1.fra'] = REFUSED;
    run.look();
    expect(run.rollout).toMatchObject({
      state: 'halted',
      pages: 1,
      verdict: { code: 'vantage_failed', host: canary, wave: 'canary' },
    });
    expect(run.rollout.verdict.reason).toBe(
      `ns1.fra (in fra) asked ns1.ams at its service address: ${REFUSED.reason}`,
    );
    expect(run.row(canary)).toMatchObject({ state: 'failed', changed: when === 'confirmed' });
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: 'vantage.reported', point: 'ns1.fra', verdict: REFUSED }),
    );
  });

  test('of an earlier attempt changes nothing', () => {
    const run = soaking({});
    const words = new Map([
      [run.row('ns1.fra').id, [{ target: run.row(canary).id, epoch: 0, verdict: REFUSED, askedAt: 0 }]],
    ]);
    Object.defineProperty(run, 'words', { get: () => words });
    run.look();
    expect(run.rollout.state).toBe('running');
  });
});

describe('a word about a time before its host was to ask', () => {
  test.each([
    ['a wrong answer', REFUSED],
    ['a good one', WELL],
  ])('neither fails the host nor keeps it: %s', (_name, verdict) => {
    const run = soaking({});
    const since = run.rollout.vantage[run.row(canary).id]?.points[0]?.since ?? 0;
    const { epoch, id: target } = run.row(canary);
    let askedAt = since - 1;
    const words = () => new Map([[run.row('ns1.fra').id, [{ target, epoch, verdict, askedAt }]]]);
    Object.defineProperty(run, 'words', { get: words });
    run.wait(1000).report(canary, 'soaked').wait(1000);
    expect(run.row(canary)).toMatchObject({ state: 'soaking', failure: null, confirming: false });
    askedAt = since;
    run.look();
    expect(run.row(canary).confirming || run.row(canary).failure !== null).toBe(true);
  });
});

describe('nothing to judge', () => {
  test.each([
    ['no data', NOTHING],
    ['nonsense', inconclusive('not_understood', 'malformed response')],
  ])('from one host (%s) has another one asked instead, whose word then holds', (_name, nothing) => {
    const run = soaked({ 'ns1.fra': nothing });
    expect(points(run)).toEqual(['ns2.fra']);
    expect(run.row(canary).confirming).toBe(true);
    expect(run.rollout.state).toBe('running');
  });

  test('from two hosts is believed, and both are named', () => {
    const run = soaked({ 'ns1.fra': NOTHING, 'ns2.fra': NOTHING });
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'vantage_unreachable' } });
    expect(run.rollout.verdict.reason).toMatch(/^ns1\.fra \(in fra\) and ns2\.fra \(in fra\) asked ns1\.ams/);
  });

  test('from the only other host is no pass and no failure until a deadline says so', () => {
    const run = soaked({ 'ns2.ams': NOTHING }, {}, evenFleet(['ams'], 2));
    expect(run.row(canary)).toMatchObject({ state: 'soaking', confirming: false });
    run.wait(5 * 60_000);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'vantage_silent', host: canary } });
    expect(run.rollout.verdict.reason).toContain('ns2.ams (in ams) asked ns1.ams and could not tell');
  });
});

describe('silence', () => {
  test('of whoever is to ask has somebody else asked in time', () => {
    const run = soaked({ 'ns1.fra': null });
    expect(run.row(canary).confirming).toBe(false);
    run.wait(HEARD_WITHIN_MS).wait(1);
    expect(points(run)).toEqual(['ns2.fra']);
    expect(run.row(canary).confirming).toBe(true);
  });

  test('of everybody is never a pass; the reason says who is silent', () => {
    const run = soaked({ 'ns1.fra': null, 'ns2.fra': null, 'ns2.ams': null });
    for (let waited = 0; waited < 6 * 60_000; waited += 10_000) run.wait(10_000);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'vantage_silent' } });
    expect(run.rollout.verdict.reason).toMatch(/was to ask ns1\.ams and says nothing/);
    expect(run.events.some((event) => event.type === 'host.confirming')).toBe(false);
  });

  test('a word that has become old is none any more', () => {
    const run = soaking({}, { canary: { soak: '1m' } });
    const { words } = run;
    Object.defineProperty(run, 'words', { get: () => words });
    run.wait(60_000).report(canary, 'soaked');
    expect(run.row(canary).confirming).toBe(false);
  });
});

describe('after a person has taken it up again', () => {
  test('a host that keeps the change is asked anew, and what was found before counts no more', () => {
    const says: Record<string, Verdict | null> = {};
    const run = soaked(says).report(canary, 'confirmed');
    says['ns1.fra'] = REFUSED;
    run.look();
    expect(run.rollout.state).toBe('halted');
    says['ns1.fra'] = WELL;
    run.report('ns2.ams', 'reverted');
    expect(run.say('resume')).toBeNull();
    run.look();
    expect(run.row(canary)).toMatchObject({ state: 'confirmed', failure: null });
    expect(run.rollout.vantage[run.row(canary).id]).toMatchObject({ over: false });
  });
});

describe('what was found before a person has taken it up again', () => {
  test('does not count beside what is found then', () => {
    const says: Record<string, Verdict | null> = {};
    const run = soaked(says).report(canary, 'confirmed');
    Object.assign(says, { 'ns1.fra': NOTHING, 'ns2.fra': NOTHING });
    run.look().look();
    expect(run.rollout.state).toBe('halted');
    Object.assign(says, { 'ns1.fra': WELL, 'ns2.fra': WELL });
    run.report('ns2.ams', 'reverted').say('resume');
    run.look();
    expect(run.rollout.vantage[run.row(canary).id]).toMatchObject({ over: false, letGo: [], passed: null });
  });
});

describe('what a host is told to ask', () => {
  test('is what was answered before, without what may vanish, and at the enrolled address', () => {
    const run = soaking({});
    const before = { transport: 'udp', rcode: 'NOERROR', aa: true, serial: 1 } as const;
    const answers = ['kept.example', 'Gone.example'].map((zone) => ({ zone, ...before }));
    const row = { ...run.row(canary), answers };
    const expected = { noChange: false, zonesRemoved: ['gone.example.'] };
    const rollout = { ...run.rollout, expect: expected, hosts: { ...run.rollout.hosts, [row.id]: row } };
    const tasks = vantageTasks([rollout], new Map([[row.id, { address: '192.0.2.1', port: 53 }]]));
    expect([...tasks]).toEqual([
      [
        'ns1.fra',
        [
          {
            target: canary,
            epoch: row.epoch,
            address: '192.0.2.1',
            port: 53,
            checks: [],
            answers: [answers[0]],
          },
        ],
      ],
    ]);
  });

  test('ends with the rollout', () => {
    const run = soaked({}).report(canary, 'confirmed');
    const places = new Map([[run.row(canary).id, { address: '192.0.2.1', port: 53 }]]);
    expect(vantageTasks([run.rollout], places).size).toBe(1);
    run.say('abort');
    expect(vantageTasks([run.rollout], places).size).toBe(0);
  });
});
