import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GENESIS } from '../adapters/store/interface.ts';
import type { HostRow, Rollout } from '../core/rollout.ts';
import { outcomeOf } from '../testing/outcome.ts';
import { AMS, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { verifyChain } from './chain.ts';

const hosts = fc.subarray([...AMS], { minLength: 1 });
const index = fc.nat(20);
const action = fc.oneof(
  fc.record({ do: fc.constant('submit' as const), at: fc.nat(1), hosts, queue: fc.boolean() }),
  // To both orchestrators at the same moment.
  fc.record({ do: fc.constant('submitBoth' as const), hosts, others: hosts }),
  fc.record({ do: fc.constant('abort' as const), at: fc.nat(1), index }),
  fc.record({ do: fc.constant('rollback' as const), at: fc.nat(1), index }),
  fc.record({ do: fc.constant('steps' as const), at: fc.nat(1), count: fc.constantFrom(1, 3, 20, 40) }),
  fc.record({ do: fc.constant('loseReply' as const), at: fc.nat(1) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Situations that the histories reached; one that is never seen is not proved. */
const seen = new Set<string>();

async function rollouts(o: TestOrchestrator): Promise<Rollout[]> {
  return (await o.store.rollouts(1000, null)).items;
}

async function play(both: readonly TestOrchestrator[], step: Action): Promise<void> {
  const [first, second] = both as [TestOrchestrator, TestOrchestrator];
  const o = 'at' in step ? both[step.at]! : first;
  const pick = async (at: number): Promise<Rollout | undefined> => {
    const all = await rollouts(o);
    return all[at % Math.max(1, all.length)];
  };
  switch (step.do) {
    case 'submit':
      return note(
        step.queue ? 'queue' : 'submit',
        o.submit({ targets: { hosts: step.hosts }, ...(step.queue && { whenBusy: 'queue' }) }),
      );
    case 'submitBoth':
      await Promise.all([
        note('submit', first.submit({ targets: { hosts: step.hosts } })),
        note('submit', second.submit({ targets: { hosts: step.others } })),
      ]);
      return;
    case 'abort':
    case 'rollback': {
      const rollout = await pick(step.index);
      if (rollout) await note(`${step.do} ${rollout.state}`, o.command(rollout.id, step.do));
      return;
    }
    case 'steps':
      for (let n = 0; n < step.count; n += 1) await note('step', o.step());
      return;
    case 'loseReply':
      o.store.faults.repliesLost += 1;
      return;
    default:
      return step satisfies never;
  }
}

async function note(what: string, asked: Promise<unknown>): Promise<void> {
  seen.add(`${what}: ${await outcomeOf(asked)}`);
}

/** Live by its own word: something is still to be expected of it. That it is in the set of live ones is not asked. */
const ENDED = ['succeeded', 'aborted', 'rolledBack'];
const MOVING: readonly HostRow['state'][] = ['staging', 'applying', 'verifying', 'soaking', 'reverting'];
function isLive(rollout: Rollout): boolean {
  return (
    !ENDED.includes(rollout.state) || Object.values(rollout.hosts).some((row) => MOVING.includes(row.state))
  );
}

/** It has begun nothing, and is to wait for those before it. */
function waitsItsTurn(rollout: Rollout): boolean {
  return rollout.queued && (rollout.pausedFrom ?? rollout.state) === 'planned';
}

test('S12: whatever is submitted, ended or aborted, no host is in two live rollouts', {
  timeout: 60_000,
}, async () => {
  seen.clear();
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25, size: 'max' }), async (history) => {
      const first = await TestOrchestrator.ready();
      const second = new TestOrchestrator([], first);
      await second.guard.look();
      for (const step of history) {
        for (const o of [first, second]) await o.watch.exchange();
        await play([first, second], step);
        const live = (await rollouts(first)).filter(isLive);
        const all = live.flatMap((rollout) => Object.keys(rollout.hosts));
        const begun = live.filter((rollout) => !waitsItsTurn(rollout));
        if (begun.length < live.length) seen.add('one waits its turn');
        const owned = begun.flatMap((rollout) => Object.keys(rollout.hosts));
        expect(owned.toSorted()).toEqual([...new Set(owned)].toSorted());
        const { claims, head } = await first.store.snapshot();
        expect([...claims.keys()].toSorted()).toEqual([...new Set(all)].toSorted());
        // And the log accounts for all of it.
        expect(verifyChain(await first.events(), GENESIS)).toEqual(head);
      }
    }),
    { numRuns: 150 },
  );
  const situations = [
    'submit: done',
    'submit: rollout_overlap',
    'submit: store_unavailable',
    'abort running: done',
    'queue: done',
    'one waits its turn',
  ];
  const rolledBack = ['rollback succeeded: done', 'rollback succeeded: superseded'];
  expect([...seen]).toEqual(expect.arrayContaining([...situations, ...rolledBack]));
});
