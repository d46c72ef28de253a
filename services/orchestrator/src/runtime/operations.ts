import { BreakwaterError, compareNames } from '@breakwater/shared';
import type { LineState, Operations } from '../adapters/http/interface.ts';
import type { Line } from '../core/line.ts';
import { hostsOf } from '../core/rollout.ts';
import type { StoredToken } from '../core/token.ts';
import { contentOf, readBundle } from './bundles.ts';
import { changedFiles } from './changed-files.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { hostViews } from './host-views.ts';
import { orderHost } from './host-orders.ts';
import { setLine } from './line-control.ts';
import { createToken, revokeToken } from './operator-tokens.ts';
import { previewPlan } from './planning.ts';
import { submit } from './submit.ts';
import type { TestPages } from './test-pages.ts';
import { assertWithin } from './within-scope.ts';

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
    submit: (submission, by) => submit(deps, engine, submission, by),
    async command(id, verb, by, reason, { host = null, wave }) {
      // Which hosts a rollout has never changes.
      if (by.scope !== null) assertWithin(deps, by, hostsOf(await this.rollout(id)));
      const command = { verb, by: by.name, reason, host, wave };
      return (await engine.decide(id, { type: 'command', command }, { by })).rollout;
    },
    async rollout(id) {
      const rollout = await store.rollout(id);
      if (!rollout) throw new BreakwaterError('not_found', `there is no rollout ${id}`);
      return rollout;
    },
    changedFiles: (rollout) => changedFiles(store, rollout),
    rollouts: (limit, after) => store.rollouts(limit, after),
    events: (rollout, after, limit) => store.events(rollout, after, limit),
    hosts: () => hostViews(deps, engine),
    async orderHost(host, verb, by, reason) {
      assertWithin(deps, by, [host]);
      await orderHost(deps, engine, { verb, host, reason }, by);
    },
    line: async () => withFreeze(deps, (await store.snapshot()).line),
    setLine: async (stopped, by, reason) =>
      withFreeze(deps, await setLine(deps, engine, stopped, by, reason)),
    tokens: async () => [...(await store.snapshot()).tokens.values()].toSorted(byNumber),
    createToken: (asked, by) => createToken(deps, engine, asked, by),
    revokeToken: (id, by, reason) => revokeToken(deps, engine, id, by, reason),
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

function byNumber(a: StoredToken, b: StoredToken): number {
  return compareNames(a.id, b.id);
}

function withFreeze({ calendar, clock }: EngineDeps, line: Line): LineState {
  return { ...line, frozen: calendar.freezeAt(clock.now()) };
}

/** What keeps this orchestrator from working, in words. */
async function unready({ store, guard, trust, clock, enrolment }: EngineDeps): Promise<string[]> {
  const doubt = trust.doubt();
  if (doubt !== null) return [`safe mode (${doubt.code}): ${doubt.reason}`];
  const overdue = (await store.outbox()).filter(
    // A decision that a pager has not heard of keeps nobody asleep who should be awake.
    (page) => page.status === 'firing' && clock.now() - Date.parse(page.at) > PAGE_OVERDUE_MS,
  );
  const pages = overdue.map((page) => `page ${page.id} has been taken by nobody since ${page.at}`);
  const fault = enrolment.fault();
  return [...guard.unsafe(), ...(fault === null ? [] : [fault]), ...pages];
}
