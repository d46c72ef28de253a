import { BreakwaterError } from '@breakwater/shared';
import type { HostView, Operations } from '../adapters/http/interface.ts';
import { stepOf } from '../core/assignment.ts';
import { inFlight } from '../core/host-row.ts';
import { contentOf, readBundle } from './bundles.ts';
import { blockedBy } from './context-of.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { setLine } from './line-control.ts';
import { previewPlan } from './planning.ts';
import { submit } from './submit.ts';
import type { TestPages } from './test-pages.ts';

/** A page that nobody has taken for this long means that nobody knows. */
const PAGE_OVERDUE_MS = 5000;

/** What operators can ask for, put together from the parts that do it. */
export function createOperations(deps: EngineDeps, engine: Engine, testPages: TestPages): Operations {
  const { store } = deps;
  return {
    async storeBundle(files) {
      const { digest, manifest, files: content } = contentOf(files);
      await store.putBundle(digest, manifest, content);
      return { digest, manifest };
    },
    bundle: (digest) => readBundle(store, digest),
    plan: (submission) => previewPlan(deps, engine, submission),
    submit: (submission, by, idempotency) => submit(deps, engine, submission, by, idempotency),
    command: async (id, verb, by, reason, host) =>
      (await engine.decide(id, { type: 'command', command: { verb, by: by.name, reason, host } })).rollout,
    async rollout(id) {
      const rollout = await store.rollout(id);
      if (!rollout) throw new BreakwaterError('not_found', `there is no rollout ${id}`);
      return rollout;
    },
    rollouts: (limit, after) => store.rollouts(limit, after),
    events: (rollout, after, limit) => store.events(rollout, after, limit),
    hosts: () => hostViews(deps),
    line: async () => (await store.snapshot()).line,
    setLine: (stopped, by, reason) => setLine(deps, engine, stopped, by, reason),
    testPages,
    onLog: (listener) => deps.wakeups.subscribe(() => listener()),
    unready: () => unready(deps),
    async trusted() {
      await store.snapshot();
      deps.trust.assert();
    },
    witnessed: () => deps.trust.witnessed(),
  };
}

async function hostViews(deps: EngineDeps): Promise<HostView[]> {
  const { store, watch, guard } = deps;
  const snapshot = await store.snapshot();
  const { claims, live } = snapshot;
  const flying = [...live.values()].flatMap((rollout) => Object.values(rollout.hosts).filter(inFlight));
  const fleet = watch.fleet(new Set(flying.map((row) => row.id)), snapshot.orders);
  return watch.enrolled.flatMap((host) => {
    const seen = fleet.get(host.id);
    const status = watch.sighting(host.id)?.status ?? null;
    const rollout = claims.get(host.id) ?? null;
    const owner = rollout === null ? undefined : live.get(rollout);
    const row = owner?.hosts[host.id];
    const step = owner && row ? stepOf(owner, row, blockedBy(snapshot, guard)) : null;
    const granted = step === 'apply' || step === 'confirm';
    const desired = (granted ? owner?.bundle : status?.lastKnownGood) ?? null;
    return seen ? [{ ...host, ...seen, status, rollout, desired }] : [];
  });
}

/** What keeps this orchestrator from working, in words. */
async function unready({ store, guard, trust, clock }: EngineDeps): Promise<string[]> {
  const doubt = trust.doubt();
  if (doubt !== null) return [`safe mode (${doubt.code}): ${doubt.reason}`];
  const overdue = (await store.outbox()).filter(
    // A decision that a pager has not heard of keeps nobody asleep who should be awake.
    (page) => page.status === 'firing' && clock.now() - Date.parse(page.at) > PAGE_OVERDUE_MS,
  );
  const pages = overdue.map((page) => `page ${page.id} has been taken by nobody since ${page.at}`);
  return [...guard.unsafe(), ...pages];
}
