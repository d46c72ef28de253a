import {
  BreakwaterError,
  bundleDigest,
  canonicalJson,
  type Digest,
  type Fault,
  type Manifest,
  manifestOf,
  RolloutId,
  sha256,
  type Submission,
} from '@breakwater/shared';
import type { Operator, PlanAnswer } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import { newRollout } from '../core/new-rollout.ts';
import { type Plan, plan } from '../core/plan.ts';
import type { Rollout } from '../core/rollout.ts';
import { chain } from './chain.ts';
import type { Engine, EngineDeps } from './engine.ts';

export interface Submissions {
  plan(submission: Submission): Promise<PlanAnswer>;
  submit(submission: Submission, by: Operator, idempotency: { key: string; request: Digest } | null): Promise<Rollout>;
}

/** The files of a submission by digest, ready to be stored; nothing is stored before the plan has been accepted. */
interface Content {
  digest: Digest;
  manifest: Manifest;
  files: Map<Digest, Uint8Array>;
}

/** Lists inline files as content-addressed ones. */
export function contentOf(files: Record<string, string>): Content {
  const manifest = manifestOf(files);
  const bytes = Object.values(files).map((text) => [sha256(text), Buffer.from(text)] as const);
  return { digest: bundleDigest(manifest), manifest, files: new Map(bytes) };
}

export function createSubmissions(deps: EngineDeps, engine: Engine): Submissions {
  const { store } = deps;

  async function digestOf({ bundle }: Submission): Promise<{ digest: Digest; content: Content | null }> {
    if ('files' in bundle) {
      const content = contentOf(bundle.files);
      return { digest: content.digest, content };
    }
    if (await store.manifest(bundle.digest)) return { digest: bundle.digest, content: null };
    throw new BreakwaterError('bundle_unknown', `no bundle has the digest ${bundle.digest}`);
  }

  function planFor(submission: Submission, snapshot: Snapshot): Plan {
    const { targets, strategy, expect } = submission;
    const { fleet } = engine.context(snapshot, null);
    const planned = plan({ targets, strategy, maxHosts: expect.maxHosts }, fleet);
    if ('faults' in planned) throw BreakwaterError.fromFaults(planned.faults);
    return planned;
  }

  async function create(submission: Submission, by: Operator, digest: Digest, idempotency: { key: string; request: Digest } | null): Promise<Rollout | 'conflict'> {
    const snapshot = await store.snapshot();
    if (snapshot.line.stopped) throw new BreakwaterError('line_stopped', `the line is stopped: ${snapshot.line.reason}`);
    const planned = planFor(submission, snapshot);
    assertSamePlan(submission, planned);
    assertFree(planned, snapshot);
    const { now, fleet, nextEpoch } = engine.context(snapshot, null);
    const id = RolloutId.parse(`r-${nextEpoch}`);
    const birth = { id, submission, bundle: digest, plan: planned, by: by.name, epoch: nextEpoch, now };
    const rollout = newRollout(birth, fleet);
    const { title, reason } = rollout;
    const hosts = Object.keys(rollout.hosts).length;
    const [event] = chain(snapshot.head, [{ type: 'rollout.submitted', rollout: id, by: by.name, title, reason, hosts }], now);
    if (!event) throw new Error('a submission is one event');
    const saved = await store.commit({
      expected: snapshot.head,
      events: [event],
      rollout: { before: null, after: rollout, live: true },
      ...(idempotency === null ? {} : { idempotency: { ...idempotency, rollout: id } }),
    });
    return saved === 'conflict' ? saved : rollout;
  }

  async function earlier(idempotency: { key: string; request: Digest } | null): Promise<Rollout | null> {
    const known = idempotency && (await store.idempotent(idempotency.key));
    if (!known) return null;
    if (known.request === idempotency.request) return store.rollout(known.rollout);
    throw new BreakwaterError('idempotency_conflict', `the key was used for ${known.rollout} with another body`);
  }

  return {
    async plan(submission) {
      const snapshot = await store.snapshot();
      const { digest } = await digestOf(submission);
      const planned = planFor(submission, snapshot);
      const overlapping = planned.waves.flatMap((wave) => wave.hosts.flatMap((host) => snapshot.claims.get(host) ?? []));
      const overlaps = [...new Set(overlapping)].map((id) => `rollout ${id} is in the way; it must end first`);
      return { planDigest: planDigest(planned), bundle: digest, waves: planned.waves, warnings: [...overlaps, ...planned.warnings] };
    },
    submit: async (submission, by, idempotency) => {
      const { digest, content } = await digestOf(submission);
      const rollout = await engine.inTurn(async () => {
        for (;;) {
          const known = await earlier(idempotency);
          if (known) return known;
          if (content) {
            // Refuse first, store second: a refused submission leaves nothing behind.
            const snapshot = await store.snapshot();
            assertFree(planFor(submission, snapshot), snapshot);
            await store.putBundle(content.digest, content.manifest, content.files);
          }
          const created = await create(submission, by, digest, idempotency);
          if (created !== 'conflict') return created;
        }
      });
      return rollout.state === 'planned' ? (await engine.decide(rollout.id, { type: 'look' })).rollout : rollout;
    },
  };
}

/** Names a plan: who is changed in which wave, in which order. */
function planDigest(planned: Plan): Digest {
  return sha256(canonicalJson(planned.waves));
}

function assertSamePlan(submission: Submission, planned: Plan): void {
  if (submission.planDigest === undefined || submission.planDigest === planDigest(planned)) return;
  throw new BreakwaterError('plan_changed', 'the fleet has changed since the plan was made');
}

/** One live rollout per host: the one in the way is named, so that somebody can go and ask. */
function assertFree(planned: Plan, snapshot: Snapshot): void {
  const faults = planned.waves.flatMap((wave) =>
    wave.hosts.flatMap((host): Fault[] => {
      const owner = snapshot.claims.get(host);
      return owner === undefined ? [] : [{ path: '/targets', code: 'rollout_overlap', message: `${host} is in rollout ${owner}` }];
    }),
  );
  const [first, ...rest] = faults;
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
}
