import { ACTIONS, STEPS } from '@breakwater/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { violations } from './invariants.ts';
import { isPending } from './memory.ts';
import { BEHAVIOURS, HostModel } from './testing/host-model.ts';
import { bundleOf, digest, level } from './testing/examples.ts';

const OLD = digest('a');

/** The last epoch brings the first one's bundle again, as when somebody submits a change a second time. */
const bundleIn = (epoch: number) => bundleOf(epoch === 3 ? 1 : epoch);

const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('steps' as const), count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('level' as const),
      epoch: fc.integer({ min: 1, max: 3 }),
      step: fc.constantFrom(...STEPS, 'apply' as const, 'confirm' as const),
      stale: fc.boolean(),
      action: fc.constantFrom(...ACTIONS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reboot' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('absence' as const),
      ms: fc.integer({ min: 1, max: 5000 }),
      withDaemon: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function happen(host: HostModel, what: Event): void {
  switch (what.kind) {
    case 'run':
      return host.run(what.ms);
    case 'steps':
      for (let left = what.count; left > 0; left -= 1) host.perform(host.next());
      return undefined;
    case 'level':
      host.level = level(what.epoch, what.step, what.stale ? host.now - 30_001 : host.now, {
        bundle: bundleIn(what.epoch),
        action: what.action,
      });
      return undefined;
    case 'silence':
      host.level = { assignment: null, validUntil: host.now + 30_000 };
      return undefined;
    case 'crash':
      return host.crash();
    case 'reboot':
      return host.reboot();
    case 'kill':
      return host.kill();
    case 'absence':
      if (what.withDaemon) host.kill();
      return host.absence(what.ms);
    case 'pause':
      return host.pass(what.ms);
    default:
      return what satisfies never;
  }
}

/** What must be true after every event, judged on what the host really runs. */
function wrongWith(host: HostModel, before: { epoch: number }): string[] {
  const found = [...host.faults, ...violations(host.memory, { live: host.live, reload: null })];
  if (host.memory.highestEpoch < before.epoch) found.push('an epoch went back');
  for (const epoch of [1, 2, 3]) {
    const forward = host.switches.filter((one) => one.epoch === epoch && one.to === bundleIn(epoch));
    if (forward.length > 1) found.push(`epoch ${epoch} was applied ${forward.length} times`);
  }
  return found;
}

const behaviours = fc.array(fc.constantFrom(...BEHAVIOURS, 'good' as const), { minLength: 3, maxLength: 3 });

test('whatever happens, no promise is broken, and it ends in old and healthy or new and confirmed', () => {
  fc.assert(
    fc.property(behaviours, fc.array(event, { maxLength: 40 }), (kinds, events) => {
      const host = new HostModel(OLD, (generation) => kinds[Number(generation[0]) - 1] ?? 'good');
      for (const what of events) {
        const epoch = host.memory.highestEpoch;
        happen(host, what);
        expect(wrongWith(host, { epoch })).toEqual([]);
      }
      // Faults stop. A pending host is confirmed or back within its deadlines, with nobody to tell it anything.
      host.level = null;
      host.run(120_000);
      expect(wrongWith(host, { epoch: 0 })).toEqual([]);
      const { change, lastKnownGood } = host.memory;
      expect(host.live).toBe(lastKnownGood);
      expect(host.runs).toBe(host.live);
      if (change?.phase === 'confirmed') expect(host.live).toBe(change.assignment.bundle);
      else if (change && isPending(change))
        expect([change.phase, change.swap?.previous]).toEqual(['applying', host.live]);
    }),
    { numRuns: 1500 },
  );
});

test('the random histories reach every phase and every kind of failure', () => {
  const reached = new Set<string>();
  const histories = fc.sample(fc.tuple(behaviours, fc.array(event, { minLength: 20, maxLength: 60 })), {
    numRuns: 1500,
    seed: 7,
  });
  for (const [kinds, events] of histories) {
    const host = new HostModel(OLD, (generation) => kinds[Number(generation[0]) - 1] ?? 'good');
    for (const what of events) happen(host, what);
    for (const record of host.journal) {
      reached.add(record.type);
      if (record.type === 'failed' || record.type === 'reverting') reached.add(record.verdict.code);
    }
  }
  const wanted = [
    'confirmed',
    'reverted',
    'unconfirmed',
    'rebooted',
    'daemon_exited',
    'wrong_answers',
    'no_answer',
    'reload_failed',
    'reload_unproved',
  ];
  expect([...wanted, 'called_back', 'superseded'].filter((one) => !reached.has(one))).toEqual([]);
});
