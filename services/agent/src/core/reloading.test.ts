import { fail, pass, type Verdict } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { violations } from './invariants.ts';
import { judgeReload, NO_RELOAD_LOG, readReloadLine } from './judge-reload.ts';
import { type Behaviour, HostModel } from './testing/host-model.ts';
import { bundleOf, digest, level } from './testing/examples.ts';
import type { Phase } from './transitions.ts';

const OLD = digest('a');

function hostWith(behaviour: Behaviour): HostModel {
  return new HostModel(OLD, (generation) => (generation === OLD ? 'good' : behaviour));
}

/** Tells the host to reload, again and again as a long poll would, and lets time go by. */
function follow(host: HostModel, step: 'apply' | 'confirm', ms: number): void {
  for (let left = ms; left > 0; left -= 10_000) {
    host.level = level(1, step, host.now, { action: 'reload' });
    host.run(Math.min(left, 10_000));
  }
}

/** Goes on, one step at a time, to a phase. */
function goTo(host: HostModel, phase: Phase): void {
  host.level = level(1, 'apply', host.now, { action: 'reload' });
  for (let steps = 0; steps < 10_000 && host.memory.change?.phase !== phase; steps += 1) {
    const next = host.next();
    if (next.do === 'wait') host.pass(next.forMs);
    else host.perform(next);
  }
  expect(host.memory.change?.phase).toBe(phase);
}

const entries = (host: HostModel): string[] => host.journal.map((record) => record.type);

describe('a reload', () => {
  test('keeps the process, and is confirmed', () => {
    const host = hostWith('good');
    const { process } = host;
    follow(host, 'apply', 5000);
    follow(host, 'confirm', 1000);
    expect(entries(host).slice(3)).toEqual([
      'applying',
      'reloading',
      'verifying',
      'soaking',
      'soaked',
      'confirmed',
    ]);
    expect(host.process).toEqual(process);
    expect(host.runs).toBe(bundleOf(1));
  });

  test('that is half applied is undone, though every old answer is right, and by a restart', () => {
    const host = hostWith('crashes');
    const { process } = host;
    follow(host, 'apply', 10_000);
    expect(host.memory.change).toMatchObject({ phase: 'reverted', cause: { code: 'reload_failed' } });
    expect(entries(host)).toContain('restarting');
    expect(host.process).not.toEqual(process);
    expect(host.runs).toBe(OLD);
  });

  test('that the daemon called failed is an invariant broken for a change that goes on', () => {
    const host = hostWith('good');
    goTo(host, 'soaking');
    const said = (verdict: Verdict) =>
      violations(host.memory, { live: host.live, reload: { askedAt: host.now, verdict } });
    expect(said(pass('reloaded', 'Done.'))).toEqual([]);
    expect(said(fail('reload_failed', 'Not loaded.'))).toEqual([
      'a change went on although the daemon had said that its reload failed',
    ]);
  });

  test.each(['verifying', 'soaking', 'soaked'] as const)(
    'whose failure is said only in %s is undone, and never confirmed',
    (phase) => {
      const host = hostWith('good');
      goTo(host, phase);
      const reload = { askedAt: host.now, verdict: fail('reload_failed', 'Not loaded due to errors.') };
      const order = level(1, 'confirm', host.now, { action: 'reload' });
      expect(decide(host.memory, { ...host.world(), reload }, order, host.now)).toMatchObject({
        do: 'record',
        entry: { type: 'failed', verdict: { code: 'reload_failed' } },
      });
    },
  );

  test('of which the daemon says nothing has failed', () => {
    const host = hostWith('mute');
    follow(host, 'apply', 40_000);
    expect(host.memory.change).toMatchObject({ phase: 'reverted', cause: { code: 'reload_unproved' } });
    expect(host.memory.change?.cause?.reason).toMatch(
      /No word of a finished reload within .* log must reach/,
    );
  });

  test('during which the daemon ends has failed, though its supervisor starts it on the new generation', () => {
    const host = hostWith('good');
    goTo(host, 'reloading');
    host.kill();
    host.run(10_000);
    expect(host.memory.change).toMatchObject({ phase: 'reverted', cause: { code: 'daemon_exited' } });
  });

  test.each(['reloading', 'verifying', 'soaking'] as const)(
    'is asked for again after a crash of the agent in %s: nobody knows what was said meanwhile',
    (phase) => {
      const host = hostWith('good');
      const { process } = host;
      goTo(host, phase);
      host.crash();
      expect(host.next()).toEqual({ do: 'reload', generation: bundleOf(1) });
      follow(host, 'apply', 5000);
      expect(host.memory.change?.phase).toBe('soaked');
      expect(host.process).toEqual(process);
    },
  );

  test('of a daemon that does not run is a start', () => {
    const host = hostWith('good');
    goTo(host, 'applying');
    host.perform(host.next()); // the switch
    host.process = null;
    host.perform(host.next());
    expect(host.memory.change?.phase).toBe('restarting');
  });
});

test('a supervisor that has given up is asked again soon, and not after the bound of a stop', () => {
  const host = hostWith('good');
  goTo(host, 'verifying');
  host.kill();
  const stuck = (): ReturnType<HostModel['next']> => {
    const world = { ...host.world(), daemon: { process: null, exits: 9, lastExit: null, gaveUp: true } };
    return decide(host.memory, world, null, host.now);
  };
  while (host.memory.change?.phase !== 'reverting' || host.live !== OLD) host.perform(host.next());
  host.perform(host.next());
  expect(stuck()).toEqual({ do: 'restart' });
  host.perform({ do: 'restart' });
  host.now += 1;
  expect(stuck().do).toBe('wait');
  host.now += 1100;
  expect(stuck()).toEqual({ do: 'restart' });
});

describe('what named logs of a reload', () => {
  const judge = (...lines: string[]) => judgeReload(lines.reduce(readReloadLine, NO_RELOAD_LOG));
  const TAKEN = 'general: info: reloading zones succeeded';
  const LOADED = 'general: notice: all zones loaded';
  const BROKEN = 'zoneload: error: zone b.example/IN: not loaded due to errors.';

  test('is a pass when the configuration was taken and every zone was tried', () => {
    expect(judge(TAKEN, LOADED).verdict).toBe('pass');
  });
  test.each([[[]], [[LOADED]], [[TAKEN]], [[LOADED, TAKEN]]])('is pending after %j', (lines) => {
    expect(judge(...lines).verdict).toBe('pending');
  });
  test.each([
    [[TAKEN, LOADED, BROKEN]],
    [[TAKEN, BROKEN, LOADED]],
    [['general: error: reloading configuration failed: file not found', TAKEN, LOADED]],
  ])('is a failure after %j, with the line as the reason', (lines) => {
    expect(judge(...lines)).toMatchObject({ verdict: 'fail', code: 'reload_failed' });
    expect(judge(...lines).reason).toMatch(/not loaded due to errors|file not found/);
  });
});
