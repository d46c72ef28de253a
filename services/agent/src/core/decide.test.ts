import type { Step } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { isPending } from './memory.ts';
import { type Behaviour, HostModel } from './testing/host-model.ts';
import { bundleOf, digest, level } from './testing/examples.ts';
import type { Phase } from './transitions.ts';

const OLD = digest('a');

function hostWith(behaviour: Behaviour): HostModel {
  return new HostModel(OLD, (generation) => (generation === OLD ? 'good' : behaviour));
}

/** Tells the host a level, as a long poll would again and again, and lets time go by. */
function follow(host: HostModel, epoch: number, step: Step, ms: number): void {
  for (let left = ms; left > 0; left -= 10_000) {
    host.level = level(epoch, step, host.now);
    host.run(Math.min(left, 10_000));
  }
}

/** Takes a host to a phase of epoch 1. */
function hostIn(phase: Phase, behaviour: Behaviour = 'good'): HostModel {
  const host = hostWith(behaviour);
  host.level = level(1, phase === 'ready' ? 'stage' : 'apply', host.now);
  for (let steps = 0; steps < 10_000 && host.memory.change?.phase !== phase; steps += 1) {
    const next = host.next();
    if (next.do === 'wait') host.pass(next.forMs);
    else host.perform(next);
    if (host.memory.change?.phase === 'soaked') host.level = level(1, 'confirm', host.now);
  }
  expect(host.memory.change?.phase).toBe(phase);
  return host;
}

function phases(host: HostModel): string[] {
  return host.journal.map((record) => record.type);
}

function cause(host: HostModel): string | undefined {
  return host.memory.change?.cause?.code;
}

describe('a change that is good', () => {
  test('goes through every phase, each once, and stays', () => {
    const host = hostWith('good');
    follow(host, 1, 'stage', 1000);
    expect(phases(host)).toEqual(['adopted', 'accepted', 'ready']);
    expect(host.live).toBe(OLD);
    follow(host, 1, 'apply', 5000);
    follow(host, 1, 'confirm', 1000);
    expect(phases(host).slice(3)).toEqual([
      'applying',
      'restarting',
      'verifying',
      'soaking',
      'soaked',
      'confirmed',
    ]);
    expect(host.runs).toBe(bundleOf(1));
    expect(host.memory.lastKnownGood).toBe(bundleOf(1));
  });

  test('may take its time to answer', () => {
    const host = hostWith('slow');
    follow(host, 1, 'apply', 8000);
    expect(host.memory.change?.phase).toBe('soaked');
  });

  test('soaks for the whole time, in rounds that were really asked', () => {
    const host = hostIn('soaked');
    const at = (type: string): number => host.journal.find((record) => record.type === type)?.at ?? 0;
    expect(at('soaked') - at('soaking')).toBeGreaterThanOrEqual(2000);
  });

  test('is not confirmed by "apply" or "stage", and goes back when nobody confirms it', () => {
    const host = hostIn('soaked');
    follow(host, 1, 'stage', 50_000);
    expect(host.memory.change?.phase).toBe('soaked');
    follow(host, 1, 'stage', 20_000);
    expect(host.memory.change?.phase).toBe('reverted');
    expect(cause(host)).toBe('unconfirmed');
    expect(host.runs).toBe(OLD);
  });

  test('goes back a little before its deadline, each host in a moment of its own', () => {
    const host = hostIn('soaked');
    const swappedAt = host.memory.change?.swap?.at ?? 0;
    follow(host, 1, 'stage', swappedAt + 57_000 - host.now);
    expect(host.memory.change?.phase).toBe('soaked');
    follow(host, 1, 'stage', 1000);
    expect(cause(host)).toBe('unconfirmed');
  });

  test('that is live already is proved without a restart', () => {
    const host = hostIn('confirmed');
    const process = host.process;
    for (const step of ['apply', 'confirm'] as const) {
      host.level = level(2, step, host.now, { bundle: bundleOf(1) });
      host.run(5000);
    }
    expect(host.memory.change).toMatchObject({ phase: 'confirmed', assignment: { epoch: 2 } });
    expect(host.process).toEqual(process);
  });
});

describe('a change that is bad', () => {
  test.each([
    ['wrong', 'wrong_answers'],
    ['silent', 'no_answer'],
    ['crashes', 'daemon_exited'],
  ] as const)('(%s) fails, goes back by itself, and is never tried again', (behaviour, code) => {
    const host = hostWith(behaviour);
    follow(host, 1, 'apply', 60_000);
    expect(cause(host)).toBe(code);
    expect(host.memory.change?.phase).toBe('reverted');
    expect([host.live, host.runs]).toEqual([OLD, OLD]);
    expect(host.switches).toHaveLength(2);
  });

  test('needs no orchestrator to go back', () => {
    const host = hostIn('verifying', 'wrong');
    host.level = null;
    host.run(5000);
    expect(host.memory.change?.phase).toBe('reverted');
  });

  test('goes back when the daemon dies in the soak, although it comes back at once', () => {
    const host = hostIn('soaking');
    host.kill();
    follow(host, 1, 'apply', 5000);
    expect([cause(host), host.memory.change?.phase]).toEqual(['daemon_exited', 'reverted']);
  });
});

/** A host that holds an unconfirmed generation of which its journal says nothing any more. */
function found(): HostModel {
  const host = hostIn('soaking');
  host.journal = host.journal.filter(({ type }) => type === 'adopted');
  host.crash();
  return host;
}

describe('a live generation of which every record is lost', () => {
  test('is gone back from with one restart, told with the true reason, and the host is free then', () => {
    const host = found();
    host.run(20_000);
    expect(phases(host)).toEqual(['adopted', 'unexplained', 'restarting', 'reverted']);
    expect([host.live, host.runs, cause(host)]).toEqual([OLD, OLD, 'journal_inconsistent']);
    follow(host, 2, 'apply', 20_000);
    follow(host, 2, 'confirm', 5000);
    expect(host.memory.change).toMatchObject({ phase: 'confirmed', assignment: { epoch: 2 } });
    expect(host.faults).toEqual([]);
  });

  test('is not applied again in the epoch that may have brought it, and is in the next one', () => {
    const host = found();
    follow(host, 1, 'apply', 40_000);
    expect([host.memory.change?.phase, cause(host)]).toEqual(['rejected', 'journal_inconsistent']);
    expect(host.live).toBe(OLD);
    for (const step of ['stage', 'apply', 'confirm'] as const) {
      host.level = level(2, step, host.now, { bundle: bundleOf(1) });
      host.run(10_000);
    }
    expect(host.memory.change).toMatchObject({ phase: 'confirmed', assignment: { epoch: 2 } });
  });

  test('goes back within its own epoch when only the record of the switch and what followed are lost', () => {
    const host = hostIn('soaking');
    host.journal = host.journal.filter(({ type }) => ['adopted', 'accepted', 'ready'].includes(type));
    host.crash();
    follow(host, 1, 'apply', 40_000);
    expect([host.memory.change?.phase, host.live, host.runs]).toEqual(['reverted', OLD, OLD]);
    expect(host.switches.filter(({ to }) => to === bundleOf(1))).toHaveLength(1);
  });
});

test('a change whose intent to switch is lost goes back, and the reason is the journal', () => {
  const host = hostIn('soaking');
  host.journal = host.journal.filter(({ type }) => type !== 'applying');
  host.crash();
  host.run(20_000);
  expect([host.memory.change?.phase, cause(host), host.live]).toEqual([
    'reverted',
    'journal_inconsistent',
    OLD,
  ]);
});

describe('permission', () => {
  test('without a grant nothing is applied', () => {
    const host = hostIn('ready');
    follow(host, 1, 'stage', 60_000);
    follow(host, 1, 'confirm', 60_000);
    expect(host.memory.change?.phase).toBe('ready');
  });

  test('a grant older than its lease applies nothing', () => {
    const host = hostIn('ready');
    host.level = { ...level(1, 'apply', host.now), validUntil: host.now - 1 };
    host.run(20_000);
    expect(host.memory.change?.phase).toBe('ready');
  });

  test('a grant that ends between intent and switch switches nothing', () => {
    const host = hostIn('applying');
    host.level = level(1, 'stage', host.now);
    host.run(60_000);
    expect([host.memory.change?.phase, host.live]).toEqual(['applying', OLD]);
  });

  test('a lower epoch is not followed', () => {
    const host = hostWith('good');
    follow(host, 5, 'stage', 1000);
    follow(host, 4, 'apply', 20_000);
    expect(host.memory.change).toMatchObject({ phase: 'ready', assignment: { epoch: 5 } });
  });

  test('another bundle under the same epoch is not applied', () => {
    const host = hostIn('ready');
    host.level = level(1, 'apply', host.now, { bundle: digest('f') });
    host.run(5000);
    expect(host.memory.change?.phase).toBe('ready');
  });
});

describe('calling back', () => {
  test.each(['ready', 'applying'] as const)('in %s touches nothing', (phase) => {
    const host = hostIn(phase);
    const process = host.process;
    follow(host, 1, 'revert', 1000);
    expect(host.memory.change?.phase).toBe('reverted');
    expect([host.switches.length, host.process]).toEqual([0, process]);
  });

  test.each(['restarting', 'verifying', 'soaking', 'soaked', 'confirmed'] as const)(
    'in %s goes back',
    (phase) => {
      const host = hostIn(phase);
      follow(host, 1, 'revert', 5000);
      expect([host.memory.change?.phase, host.runs]).toEqual(['reverted', OLD]);
      expect(host.memory.lastKnownGood).toBe(OLD);
    },
  );

  test('a newer epoch waits until an unconfirmed one is undone', () => {
    const host = hostIn('soaking');
    follow(host, 2, 'stage', 5000);
    expect(phases(host).slice(-5)).toEqual(['reverting', 'restarting', 'reverted', 'accepted', 'ready']);
    expect(host.runs).toBe(OLD);
  });
});

describe('starting again', () => {
  const PENDING = [
    'applying',
    'restarting',
    'verifying',
    'soaking',
    'soaked',
    'failed',
    'reverting',
  ] as const;

  test.each(['applying', 'restarting', 'verifying', 'soaking'] as const)(
    'after a kill in %s it finishes',
    (phase) => {
      const host = hostIn(phase);
      host.crash();
      follow(host, 1, 'apply', 6000);
      follow(host, 1, 'confirm', 2000);
      expect([host.memory.change?.phase, host.faults]).toEqual(['confirmed', []]);
      expect(host.switches).toHaveLength(1);
    },
  );

  test('after a kill in applying it does nothing until it is granted again', () => {
    const host = hostIn('applying');
    host.crash();
    host.run(60_000);
    expect([host.live, host.memory.change?.phase]).toEqual([OLD, 'applying']);
  });

  test('an old baseline is taken again before the switch', () => {
    const host = hostIn('applying');
    host.crash();
    host.run(40_000);
    follow(host, 1, 'apply', 1000);
    expect(phases(host).filter((type) => type === 'applying')).toHaveLength(2);
  });

  test.each(PENDING)('with the machine restarted in %s the old generation runs', (phase) => {
    const bad = phase === 'failed' || phase === 'reverting';
    const host = hostIn(phase, bad ? 'wrong' : 'good');
    host.reboot();
    host.run(20_000);
    expect([host.live, host.runs, host.faults]).toEqual([OLD, OLD, []]);
    if (host.memory.change && isPending(host.memory.change)) expect(phase).toBe('applying');
  });

  test('a soak that nobody watched does not count', () => {
    const host = hostIn('soaking');
    host.crash();
    host.pass(30_000);
    const startedAt = host.now;
    follow(host, 1, 'apply', 6000);
    const soaked = host.journal.find((record) => record.type === 'soaked');
    expect((soaked?.at ?? 0) - startedAt).toBeGreaterThanOrEqual(2000);
  });
});

describe('what nobody saw', () => {
  test('does not count as soak: a pause in the rounds begins it anew', () => {
    const host = hostIn('soaking');
    host.level = level(1, 'apply', host.now + 30_000);
    host.run(1500);
    host.pass(20_000);
    host.run(1000);
    expect(host.memory.change?.phase).toBe('soaking');
    host.run(2000);
    expect(host.memory.change?.phase).toBe('soaked');
  });

  test('is not confirmed: after a kill it takes a healthy round first', () => {
    let behaviour: Behaviour = 'good';
    const host = new HostModel(OLD, (generation) => (generation === OLD ? 'good' : behaviour));
    follow(host, 1, 'apply', 6000);
    expect(host.memory.change?.phase).toBe('soaked');
    behaviour = 'wrong';
    host.crash();
    follow(host, 1, 'confirm', 5000);
    expect([host.memory.change?.phase, cause(host)]).toEqual(['reverted', 'wrong_answers']);
  });

  test('is counted by the supervisor: a daemon that dies between two looks has failed', () => {
    const host = hostIn('restarting');
    host.exits += 2;
    host.process = null;
    host.run(10);
    expect(cause(host)).toBe('daemon_exited');
  });
});

describe('a revert', () => {
  test('that takes too long says so once, goes on trying, and tells when it has succeeded', () => {
    let old: Behaviour = 'good';
    const host = new HostModel(OLD, (generation) => (generation === OLD ? old : 'wrong'));
    host.level = level(1, 'apply', host.now);
    host.run(100);
    old = 'silent';
    host.run(60_000);
    expect(host.memory.change?.phase).toBe('revertFailed');
    old = 'good';
    host.run(60_000);
    expect(phases(host).filter((type) => type === 'revertFailed')).toHaveLength(1);
    expect(phases(host).at(-1)).toBe('reverted');
  });
});

describe('a confirmed generation', () => {
  test('whose daemon ends once is unhealthy, however well the next one answers, and is told once', () => {
    const host = hostIn('confirmed');
    host.kill();
    follow(host, 1, 'confirm', 20_000);
    const told = host.journal.filter((record) => record.type === 'unhealthy');
    expect(told).toMatchObject([{ verdict: { code: 'daemon_exited' } }]);
    expect(host.memory.change?.phase).toBe('confirmed');
  });

  test('that turns unhealthy is told once, again only after it was healthy, and is kept', () => {
    let behaviour: Behaviour = 'good';
    const host = new HostModel(OLD, (generation) => (generation === OLD ? 'good' : behaviour));
    follow(host, 1, 'apply', 5000);
    follow(host, 1, 'confirm', 5000);
    for (const next of ['wrong', 'good', 'wrong'] as const) {
      behaviour = next;
      follow(host, 1, 'confirm', 10_000);
    }
    expect(phases(host).filter((type) => type === 'unhealthy')).toHaveLength(2);
    expect(host.live).toBe(bundleOf(1));
  });
});
