import { describe, expect, test } from 'vitest';
import { dueGates } from './gates.ts';
import type { Drive } from './testing/drive.ts';
import { BAD, canaryOf, gated, GOOD, measure, NOTHING, pace, soaking, UNCLEAR } from './testing/gated.ts';

const wave = (drive: Drive, index: number): string => drive.rollout.waves[index]?.state ?? '';

describe('a gate before a wave', () => {
  test('a wave does not begin before its gate has passed', () => {
    const drive = gated({ before: ['canary'] }).preflight();
    expect(drive.rollout.state).toBe('running');
    expect(drive.inState('applying')).toEqual([]);
    measure(drive, NOTHING);
    expect(drive.inState('applying')).toEqual([]);
    pace(drive, 10, GOOD);
    expect(drive.inState('applying')).toHaveLength(1);
  });

  test.each([
    ['misses its condition', BAD, 'gate_failed', 1],
    ['has no data until its deadline', NOTHING, 'gate_unclear', 90],
    ['cannot tell until its deadline', UNCLEAR, 'gate_unclear', 90],
    ['is never measured', null, 'gate_unclear', 90],
  ])('a gate that %s halts before any host is touched', (_, verdict, code, seconds) => {
    const drive = pace(gated({ before: ['canary'] }).preflight(), seconds, verdict);
    expect(drive.rollout).toMatchObject({ state: 'halted', verdict: { code, wave: 'canary' }, pages: 1 });
    expect(Object.values(drive.rollout.hosts).every((row) => row.grantedAt === null)).toBe(true);
  });

  test('after a halt and a resume everything is measured anew', () => {
    const drive = pace(gated({ before: ['canary'] }).preflight(), 1, BAD);
    expect(drive.rollout.state).toBe('halted');
    expect(drive.say('resume')).toBeNull();
    drive.preflight();
    expect(drive.inState('applying')).toEqual([]);
    pace(drive, 1, GOOD);
    expect(drive.inState('applying')).toHaveLength(1);
  });

  test('what passed before an approval was waited for does not open the wave', () => {
    const drive = gated({ before: ['canary'] }, { approval: { before: ['canary'] } }).preflight();
    expect(drive.rollout.state).toBe('awaitingApproval');
    expect(dueGates(drive.rollout, drive.now)).toEqual([]);
    pace(drive, 600, null);
    drive.say('approve');
    expect(drive.inState('applying')).toEqual([]);
    pace(drive, 1, GOOD);
    expect(drive.inState('applying')).toHaveLength(1);
  });
});

describe('a gate during a wave', () => {
  test('a host is kept when its gate passes at the end of the soak, and the wave passes', () => {
    const drive = pace(soaking(gated({ during: ['canary'] })), 59, GOOD);
    drive.report(canaryOf(drive), 'soaked');
    expect(drive.row(canaryOf(drive)).confirming).toBe(false);
    pace(drive, 1, GOOD).report(canaryOf(drive), 'confirmed');
    expect(wave(drive, 0)).toBe('passed');
    expect(drive.events.filter(({ type }) => type === 'gate.measured').length).toBeGreaterThanOrEqual(6);
  });

  test.each([
    ['no data', NOTHING],
    ['nothing that can be judged', UNCLEAR],
    ['no measurement', null],
  ])('with %s at the end of the soak a host is not kept', (_, verdict) => {
    const drive = pace(pace(soaking(gated({ during: ['canary'] })), 45, GOOD), 40, verdict);
    drive.report(canaryOf(drive), 'soaked');
    expect(drive.row(canaryOf(drive)).confirming).toBe(false);
    expect(drive.rollout.state).toBe('running');
    pace(drive, 60, verdict);
    expect(drive.rollout).toMatchObject({ state: 'halted', verdict: { code: 'gate_unclear' } });
    expect(drive.row(canaryOf(drive)).state).toBe('reverting');
  });

  test('a missed condition halts at once, pages, and sends the canary back', () => {
    const drive = pace(soaking(gated({ during: ['canary'] })), 20, GOOD);
    pace(drive, 10, BAD);
    expect(drive.rollout).toMatchObject({
      state: 'halted',
      verdict: { verdict: 'fail', code: 'gate_failed', wave: 'canary' },
      pages: 1,
    });
    expect(wave(drive, 0)).toBe('failed');
  });

  test('as many misses as are tolerated do not halt, and one more does', () => {
    const drive = soaking(gated({ during: ['canary'], tolerate: 2 }));
    pace(drive, 20, BAD);
    expect(drive.rollout.state).toBe('running');
    expect(drive.rollout.gates['canary']?.[0]?.misses).toBe(2);
    pace(drive, 20, GOOD);
    expect(drive.rollout.state).toBe('running');
    pace(drive, 10, BAD);
    expect(drive.rollout.verdict.code).toBe('gate_failed');
  });

  test('a tolerated miss at the end of the soak keeps the host waiting until the gate passes', () => {
    const drive = soaking(gated({ during: ['canary'], tolerate: 3 }));
    pace(drive, 55, GOOD);
    pace(drive, 10, BAD).report(canaryOf(drive), 'soaked');
    expect(drive.row(canaryOf(drive)).confirming).toBe(false);
    pace(drive, 10, GOOD);
    expect(drive.row(canaryOf(drive)).confirming).toBe(true);
  });

  test('the newest wave is measured on while it waits for an approval, and then it halts too', () => {
    const strategy = { approval: { before: ['datacenter'] } };
    const drive = pace(soaking(gated({ during: ['canary'] }, strategy)), 60, GOOD);
    drive.report(canaryOf(drive), 'soaked').report(canaryOf(drive), 'confirmed');
    expect(drive.rollout.state).toBe('awaitingApproval');
    pace(drive, 3600, GOOD);
    expect(drive.rollout.state).toBe('awaitingApproval');
    pace(drive, 60, BAD);
    expect(drive.rollout).toMatchObject({
      state: 'halted',
      verdict: { code: 'gate_failed', wave: 'canary' },
    });
    expect(wave(drive, 0)).toBe('failed');
  });

  test('a pause does not use up the deadline of a gate', () => {
    const drive = pace(soaking(gated({ during: ['canary'] })), 20, GOOD);
    drive.say('pause');
    pace(drive, 600, GOOD);
    drive.say('resume');
    drive.look();
    expect(drive.rollout.state).toBe('running');
  });

  test('a wave that began by a clock which was an hour ahead passes without waiting for that hour', () => {
    const drive = gated({ during: ['canary'] })
      .wait(3_600_000)
      .preflight();
    const canary = canaryOf(drive);
    drive.now -= 3_600_000;
    drive.report(canary, 'applying').report(canary, 'verifying').report(canary, 'soaking');
    pace(drive, 60, GOOD).report(canary, 'soaked');
    pace(drive, 10, GOOD).report(canary, 'confirmed');
    expect(wave(drive, 0)).toBe('passed');
  });

  test('what was measured by a clock that was ahead keeps no host', () => {
    const drive = soaking(gated({ during: ['canary'] }));
    drive.now += 70_000;
    measure(drive, GOOD);
    drive.now -= 70_000;
    pace(drive, 61, null).report(canaryOf(drive), 'soaked');
    expect(drive.row(canaryOf(drive)).confirming).toBe(false);
  });

  test('an orchestrator that was down does not take its own silence for that of a gate', () => {
    const drive = pace(soaking(gated({ during: ['canary'] })), 20, GOOD);
    drive.now += 600_000;
    drive.listeningSince = drive.now;
    drive.wait(0);
    expect(drive.rollout.state).toBe('running');
    pace(drive, 90, null);
    expect(drive.rollout.verdict.code).toBe('gate_unclear');
  });
});

describe('a measurement', () => {
  const put = (drive: Drive, change: Record<string, unknown>) => {
    const told = { wave: 'canary', gate: 'errors', phase: 'during', at: drive.now, verdict: BAD } as const;
    drive.put({ type: 'measured', measurement: { ...told, ...change } });
    return drive.rollout.gates['canary']?.[0]?.misses;
  };

  test('of several orchestrators at the same time counts once', () => {
    const drive = pace(soaking(gated({ during: ['canary'], tolerate: 4 })), 10, GOOD);
    drive.now += 10_000;
    expect(put(drive, {})).toBe(1);
    expect(put(drive, {})).toBe(1);
    drive.now += 4000;
    expect(put(drive, {})).toBe(1);
    drive.now += 2000;
    expect(put(drive, {})).toBe(2);
  });

  test('that is older than what is known, or that nobody waits for, changes nothing', () => {
    const drive = pace(soaking(gated({ during: ['canary'], tolerate: 4 })), 30, GOOD);
    const before = drive.rollout;
    put(drive, { at: drive.now - 20_000 });
    put(drive, { wave: 'global' });
    put(drive, { gate: 'other' });
    put(drive, { phase: 'before' });
    expect(drive.rollout).toBe(before);
  });

  test('that has told more than once is still taken after the clock was turned back', () => {
    const drive = pace(soaking(gated({ during: ['canary'], tolerate: 4 })), 30, GOOD);
    drive.now -= 20_000;
    expect(measure(drive, GOOD)).toBe(1);
    expect(drive.rollout.gates['canary']?.[0]?.at).toBe(drive.now);
  });
});

test('looking is never due in the past, and never in a tight circle', () => {
  const drive = soaking(gated({ during: ['canary'] }));
  for (let second = 0; second < 100; second += 1) {
    drive.wait(700);
    expect((drive.nextLookAt ?? Infinity) - drive.now).toBeGreaterThan(100);
  }
});
