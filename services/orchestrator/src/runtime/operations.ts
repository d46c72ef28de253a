import { BreakwaterError } from '@breakwater/shared';
import type { HostView, Operations } from '../adapters/http/interface.ts';
import { inFlight } from '../core/host-row.ts';
import type { Line } from '../core/line.ts';
import { chain } from './chain.ts';
import type { Engine, EngineDeps } from './engine.ts';
import { contentOf, type Submissions } from './submit.ts';

/** A page that nobody has taken for this long means that nobody knows. */
const PAGE_OVERDUE_MS = 60_000;

/** What operators can ask for, put together from the parts that do it. */
export function createOperations(deps: EngineDeps, engine: Engine, submissions: Submissions): Operations {
  const { store, watch, clock, guard } = deps;

  async function bundle(digest: Parameters<Operations['bundle']>[0]): ReturnType<Operations['bundle']> {
    const manifest = await store.manifest(digest);
    if (!manifest) throw new BreakwaterError('bundle_unknown', `no bundle has the digest ${digest}`);
    const files = await Promise.all(
      manifest.files.map(async ({ path, sha256: content }) => {
        const bytes = await store.file(content);
        if (!bytes) throw new BreakwaterError('not_found', `${path} of bundle ${digest} is not in the store`);
        return [path, Buffer.from(bytes).toString('utf8')] as const;
      }),
    );
    return { digest, manifest, files: Object.fromEntries(files) };
  }

  async function hosts(): Promise<HostView[]> {
    const { claims, live } = await store.snapshot();
    const flying = [...live.values()].flatMap((rollout) => Object.values(rollout.hosts).filter(inFlight));
    const fleet = watch.fleet(new Set(flying.map((row) => row.id)));
    return watch.enrolled.flatMap((host) => {
      const seen = fleet.get(host.id);
      const status = watch.sighting(host.id)?.status ?? null;
      return seen ? [{ ...host, ...seen, status, rollout: claims.get(host.id) ?? null }] : [];
    });
  }

  async function setLine(...[stopped, by, reason]: Parameters<Operations['setLine']>): Promise<Line> {
    return engine.inTurn(async () => {
      for (;;) {
        const { head, line } = await store.snapshot();
        if (line.stopped === stopped) return line;
        const now = clock.now();
        const next: Line = { stopped, by: by.name, reason, since: now };
        const type = stopped ? 'line.stopped' : 'line.started';
        const [event] = chain(head, [{ type, by: by.name, reason }], now);
        if (!event) throw new Error('a change of the line is one event');
        if ((await store.commit({ expected: head, events: [event], line: next })) === 'conflict') continue;
        // Every host polls again at once: grants that were on their way are withheld, or given again.
        await deps.wakeups.publish({ hosts: watch.enrolled.map((host) => host.id), head: event.seq });
        return next;
      }
    });
  }

  async function unready(): Promise<string[]> {
    const overdue = (await store.outbox()).filter((page) => clock.now() - Date.parse(page.at) > PAGE_OVERDUE_MS);
    const pages = overdue.map((page) => `page ${page.id} has been taken by nobody since ${page.at}`);
    return [...guard.unsafe(), ...pages];
  }

  return {
    async storeBundle(files) {
      const { digest, manifest, files: bytes } = contentOf(files);
      await store.putBundle(digest, manifest, bytes);
      return { digest, manifest };
    },
    bundle,
    plan: submissions.plan,
    submit: submissions.submit,
    command: async (id, verb, by, reason, host) =>
      (await engine.decide(id, { type: 'command', command: { verb, by: by.name, reason, host } })).rollout,
    async rollout(id) {
      const rollout = await store.rollout(id);
      if (!rollout) throw new BreakwaterError('not_found', `there is no rollout ${id}`);
      return rollout;
    },
    rollouts: (limit, after) => store.rollouts(limit, after),
    events: (rollout, after, limit) => store.events(rollout, after, limit),
    hosts,
    line: async () => (await store.snapshot()).line,
    setLine,
    onLog: (listener) => deps.wakeups.subscribe(() => listener()),
    unready,
  };
}
