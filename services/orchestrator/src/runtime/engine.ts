import { BreakwaterError, type HostId, type RolloutId } from '@breakwater/shared';
import type { Snapshot, Store } from '../adapters/store/interface.ts';
import { isSettled, stepOf } from '../core/assignment.ts';
import type { Context } from '../core/context.ts';
import { declarationChanges } from '../core/declaration.ts';
import { violations } from '../core/invariants.ts';
import { partOf } from '../core/part.ts';
import type { Rollout } from '../core/rollout.ts';
import type { Input } from '../core/input.ts';
import { type Decision, transition } from '../core/transition.ts';
import { pairsIn } from '../core/vantage-tasks.ts';
import { chain } from './chain.ts';
import { contextOf } from './context-of.ts';
import type { FleetWatch } from './fleet-watch.ts';
import type { EngineDeps } from './engine-deps.ts';
import { logEvents } from './log-events.ts';
import { doneBefore, type Keyed, underKey } from './once.ts';
import { inTurns } from './turns.ts';

/** The outcome of a decision that was saved, or that had nothing to save. */
export interface Decided {
  rollout: Rollout;
  nextLookAt: number | null;
}

export interface DecideOptions {
  /** The page that was delivered. */
  delivered?: string;
  /** Whoever asks for it: what was done under the same key before is not done again. */
  by?: Keyed;
}

/** Loads, decides, saves with a version check, and only then acts. Everything that happens goes through here. */
export interface Engine {
  /**
   * Lets a rollout react to an input.
   * @throws BreakwaterError: `not_found`, what the core refused, or `store_unavailable`.
   */
  decide(id: RolloutId, input: Input, options?: DecideOptions): Promise<Decided>;
  /** What a decision would know now. */
  context(snapshot: Snapshot, deciding: RolloutId | null): Context;
  /** Runs other writes to the store in turn with the decisions. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** How often a decision is made anew after somebody else wrote first, before the caller is told to try again. */
const MOST_RACES = 50;

export function createEngine(deps: EngineDeps): Engine {
  const { store, watch, clock } = deps;
  const inTurn = inTurns();

  const context = (snapshot: Snapshot, deciding: RolloutId | null): Context =>
    contextOf(deps, snapshot, deciding);

  async function attempt(
    id: RolloutId,
    input: Input,
    { delivered, by = {} }: DecideOptions,
  ): Promise<Decided | 'conflict'> {
    const started = clock.monotonic();
    const snapshot = await store.snapshot();
    const before = snapshot.live.get(id) ?? (await store.rollout(id));
    if (!before) throw new BreakwaterError('not_found', `there is no rollout ${id}`);
    const done = (await doneBefore(store, by)) ?? (await isDelivered(store, delivered));
    if (done) return { rollout: before, nextLookAt: null };
    const now = context(snapshot, id);
    const decision = transition(before, input, now);
    if ('code' in decision) throw new BreakwaterError(decision.code, decision.detail);
    const [first, ...rest] = chain(snapshot.head, decision.events, now.now);
    if (!first) return decision;
    assertSound(before, decision.rollout, snapshot, watch);
    const live = !isSettled(decision.rollout);
    const saved = await store.commit({
      expected: snapshot.head,
      events: [first, ...rest],
      rollouts: [{ before, after: decision.rollout, live }],
      pages: decision.pages,
      declarations: declarationChanges(before, decision.rollout, snapshot.declarations, now.fleet, now.now),
      ...(delivered === undefined ? {} : { delivered: [delivered] }),
      ...underKey(by, id),
    });
    if (saved === 'conflict') return 'conflict';
    deps.metrics.decided((clock.monotonic() - started) / 1000);
    logEvents(deps, before, decision);
    await actOn(deps, before, decision, now.blocked, first.seq + rest.length);
    return decision;
  }

  return {
    context,
    inTurn,
    decide: (id, input, options = {}) =>
      inTurn(async () => {
        for (let race = 0; race < MOST_RACES; race += 1) {
          const outcome = await attempt(id, input, options);
          if (outcome !== 'conflict') return outcome;
          deps.metrics.conflicted();
        }
        throw new BreakwaterError(
          'conflict',
          `rollout ${id} was changed by others ${MOST_RACES} times in a row`,
        );
      }),
  };
}

/**
 * Whether somebody else has delivered a page meanwhile. What the outbox holds moves only with the head, so whoever
 * finds the page there after reading the head, and commits on that head, is the one that takes it out.
 */
async function isDelivered(store: Store, page: string | undefined): Promise<boolean> {
  return page !== undefined && !(await store.outbox()).some(({ id }) => id === page);
}

/** Refuses to save what breaks an invariant: a rollout that stands still is better than one that lies. */
function assertSound(before: Rollout, after: Rollout, snapshot: Snapshot, watch: FleetWatch): void {
  const broken = violations(after);
  if (broken.length > 0)
    throw new Error(`rollout ${after.id} would break an invariant: ${broken.join('; ')}`);
  if (snapshot.live.has(after.id) || isSettled(after)) return;
  // A settled rollout comes back to life only to be rolled back, and only while its hosts are still where it left them.
  const taken = Object.values(before.hosts).find((row) => {
    // What it gave up is left out of whatever it does.
    if (row.released !== null) return false;
    const newer = (watch.sighting(row.id)?.status.epoch ?? 0) > row.epoch;
    return isTaken(snapshot, row.id) || newer;
  });
  if (!taken) return;
  const owner = snapshot.claims.get(taken.id);
  throw new BreakwaterError('superseded', `${taken.id} has since been changed${owner ? ` by ${owner}` : ''}`);
}

/** A rollout that waits its turn has touched no host, and does not keep an older one from going back. */
function isTaken({ claims, live }: Snapshot, host: HostId): boolean {
  const owner = claims.get(host);
  const rollout = owner === undefined ? undefined : live.get(owner);
  return rollout !== undefined && !(rollout.queued && (rollout.pausedFrom ?? rollout.state) === 'planned');
}

/** Hosts that have another level to follow, or others to ask. */
function hostsToWake(before: Rollout, after: Rollout, blocked: string | null): HostId[] {
  const levels = Object.values(after.hosts)
    .filter((row) => {
      const old = before.hosts[row.id];
      return !old || old.epoch !== row.epoch || stepOf(before, old, blocked) !== stepOf(after, row, blocked);
    })
    .map((row) => row.id);
  const [old, now] = [pairsIn(before), pairsIn(after)];
  const points = [...old, ...now]
    .filter(([pair]) => old.has(pair) !== now.has(pair))
    .map(([, point]) => point);
  return [...new Set([...levels, ...points])];
}

/** After the write, never before it: what is told to the outside is always already durable. */
export async function actOn(
  deps: EngineDeps,
  before: Rollout,
  decision: Decision,
  blocked: string | null,
  head: number,
): Promise<void> {
  const { rollout, pages, nextLookAt } = decision;
  const { waves, pages: pageQueue } = deps.queues();
  const results = await Promise.allSettled([
    deps.wakeups.publish({ hosts: hostsToWake(before, rollout, blocked), head }),
    ...pages.map((page) => pageQueue.deliver(page.id)),
    ...(nextLookAt === null
      ? []
      : [waves.wakeAt({ rollout: rollout.id, part: partOf(rollout) }, nextLookAt)]),
  ]);
  for (const result of results) {
    // Nothing is lost: the sweep finds rollouts, pages and hosts whose wake-up did not go out.
    if (result.status === 'rejected')
      deps.log.warn({ rollout: rollout.id, err: result.reason }, 'a wake-up was not sent');
  }
}
