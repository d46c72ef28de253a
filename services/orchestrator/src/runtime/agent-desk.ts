import {
  BreakwaterError,
  type HostId,
  type PollRequest,
  type PollResponse,
  revisionOf,
  type VantageTask,
} from '@breakwater/shared';
import type { AgentDesk } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import { assignmentOf } from '../core/assignment.ts';
import { vantageTasks } from '../core/vantage-tasks.ts';
import { fileIn, manifestIn } from './bundles.ts';
import { blockedBy } from './context-of.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

type Waiter = () => void;

/** Hosts that wait for their assignment to change. */
interface WaitingRoom {
  /** Resolves when the host is called, when `ms` have passed, or when the caller has gone. */
  wait(host: HostId, ms: number, signal: AbortSignal): Promise<void>;
}

function waitingRoom(deps: Pick<EngineDeps, 'wakeups' | 'clock'>): WaitingRoom {
  const waiting = new Map<HostId, Set<Waiter>>();
  const call = (host: HostId): void => {
    for (const waiter of waiting.get(host) ?? []) waiter();
  };
  deps.wakeups.subscribe(({ hosts }) => {
    for (const host of hosts) call(host);
  });
  return {
    wait: (host, ms, signal) =>
      new Promise((resolve) => {
        const mine = waiting.get(host) ?? new Set<Waiter>();
        waiting.set(host, mine);
        const leave = (): void => {
          cancel();
          mine.delete(leave);
          if (mine.size === 0) waiting.delete(host);
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const cancel = deps.clock.setTimer(ms, leave);
        mine.add(leave);
        if (signal.aborted) leave();
        else signal.addEventListener('abort', leave);
      }),
  };
}

/** A removed host has no say any more, and nothing is said to it: not even whom to ask. */
function assertMember(host: HostId, orders: Snapshot['orders']): void {
  const order = orders.get(host);
  if (order?.kind !== 'removed') return;
  throw new BreakwaterError('host_removed', `${host} was removed: ${order.reason}`);
}

/** Given as the reason why nobody waits any more: without one, every answer would make an error with a stack. */
const ANSWERED = 'the agent has had its answer';

/** Answers agents: takes in what they report, and tells each what it should be at. */
export function createAgentDesk(deps: EngineDeps, engine: Engine, verifyWithinMs: number): AgentDesk {
  const { store, watch, clock } = deps;
  const room = waitingRoom(deps);
  // All hosts are answered from one snapshot until the log moves: who asks whom is worked out once for each.
  const tasks = new WeakMap<Snapshot, ReadonlyMap<HostId, VantageTask[]>>();

  function tasksIn(snapshot: Snapshot): ReadonlyMap<HostId, VantageTask[]> {
    const known = tasks.get(snapshot) ?? vantageTasks(snapshot.live.values(), watch.roster.places());
    tasks.set(snapshot, known);
    return known;
  }

  /** The store as it is now, if it can be believed: an agent is told nothing that a store has forgotten the end of. */
  async function trusted(): Promise<Snapshot> {
    const snapshot = await store.snapshot();
    deps.trust.assert();
    return snapshot;
  }

  /** What a host says of another one is evidence for that one's rollout, which looks at it at once. */
  async function weigh(targets: readonly HostId[]): Promise<void> {
    const { claims } = await trusted();
    for (const owner of new Set(targets.flatMap((target) => claims.get(target) ?? [])))
      await engine.decide(owner, { type: 'look' });
  }

  async function takeIn(host: HostId, request: PollRequest): Promise<number> {
    const { claims, orders } = await trusted();
    assertMember(host, orders);
    const owner = claims.get(host);
    const reports = request.reports.toSorted((a, b) => a.seq - b.seq);
    const news = reports.filter((report) => report.rollout === owner);
    if (owner !== undefined && news.length > 0) {
      await engine.decide(owner, { type: 'reports', host, journal: request.journal, reports: news });
    }
    // Reports about rollouts that are over change nothing any more; they are acknowledged all the same.
    return watch.acknowledge(host, reports.at(-1)?.seq ?? 0);
  }

  async function answer(host: HostId, acknowledged: number): Promise<PollResponse> {
    const snapshot = await trusted();
    assertMember(host, snapshot.orders);
    const owner = snapshot.claims.get(host);
    const rollout = owner === undefined ? undefined : snapshot.live.get(owner);
    const row = rollout?.hosts[host];
    const blocked = blockedBy(snapshot, deps.guard);
    const assignment = rollout && row ? assignmentOf(rollout, row, blocked, verifyWithinMs) : null;
    const vantage = tasksIn(snapshot).get(host) ?? [];
    return { host, assignment, vantage, acknowledged, sequence: snapshot.head.seq };
  }

  async function sent(response: PollResponse): Promise<PollResponse> {
    if (isPermission(response)) await deps.trust.witnessed();
    return response;
  }

  return {
    async poll(host, request, signal) {
      const news = watch.see(host, request.status, request.journal, request.vantage);
      // An epoch is a number of the log too, and outlives a restart of the agent.
      deps.trust.heard(host, Math.max(request.sequence, request.status.epoch));
      const deadline = clock.monotonic() + request.waitMs;
      const acknowledged = await takeIn(host, request);
      if (news.length > 0) await weigh(news);
      for (;;) {
        // The wait begins before the look, so that a change in between is not missed.
        const left = deadline - clock.monotonic();
        const stop = new AbortController();
        const called = room.wait(host, Math.max(0, left), AbortSignal.any([signal, stop.signal]));
        try {
          const response = await answer(host, acknowledged);
          const revision = revisionOf(response.assignment, response.vantage);
          if (left <= 0 || signal.aborted || revision !== request.following) return await sent(response);
          await called;
        } finally {
          // Also when the store fails: nobody goes on waiting for an agent that has had its answer.
          stop.abort(ANSWERED);
        }
      }
    },
    manifest: (digest) => manifestIn(store, digest),
    file: (digest) => fileIn(store, digest),
  };
}

/** Whether an answer lets its host go on with a change: a store that forgets this must be found out. */
function isPermission({ assignment }: PollResponse): boolean {
  return assignment?.step === 'apply' || assignment?.step === 'confirm';
}
