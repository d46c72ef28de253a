import { BreakwaterError, type Submission } from '@breakwater/shared';
import type { Snapshot } from '../adapters/store/interface.ts';
import { submittedPages } from '../core/emergency-pages.ts';
import { violations } from '../core/invariants.ts';
import { inTheWay, mayOvertake, overtake } from '../core/overtaking.ts';
import type { Rollout } from '../core/rollout.ts';
import type { Decision } from '../core/transition.ts';
import type { AtLeastOne } from './chain.ts';
import type { Engine } from './engine.ts';

/** What a submission makes of one rollout: of the new one, or of one that gives way to it. */
export interface Change extends Omit<Decision, 'rollout'> {
  before: Rollout | null;
  after: Rollout;
}

/**
 * The new rollout, and every one that it overtakes as it is from then on. They are written together: at no moment do two
 * rollouts have a host, and no host is given up for an emergency that was not taken.
 */
export function withOvertaken(
  engine: Engine,
  { emergency }: Submission,
  born: Rollout,
  snapshot: Snapshot,
): AtLeastOne<Change> {
  const shared = inTheWay(
    born.waves.flatMap((wave) => wave.hosts),
    snapshot.live.values(),
  );
  const others = [...shared].filter(([other]) => mayOvertake(emergency, other));
  const givingWay = others.map(([before, hosts]): Change => {
    const takeover = { emergency: born.id, incident: emergency?.incident ?? '', by: born.submittedBy, hosts };
    const decision = overtake(before, takeover, engine.context(snapshot, before.id));
    if ('code' in decision) throw new BreakwaterError(decision.code, decision.detail);
    const { rollout: after, ...told } = decision;
    const broken = violations(after);
    if (broken.length > 0)
      throw new Error(`overtaking ${after.id} would break an invariant: ${broken.join('; ')}`);
    return { before, after, ...told };
  });
  return [
    submitted(
      born,
      givingWay.map(({ after }) => after),
    ),
    ...givingWay,
  ];
}

/** A rollout that did not exist before. */
export function submitted(born: Rollout, overtaken: readonly Rollout[]): Change {
  const { id: rollout, title, reason, submittedBy: by, createdAt, emergency } = born;
  const hosts = Object.keys(born.hosts).length;
  const pages = submittedPages(
    born,
    overtaken.map(({ id }) => id),
    createdAt,
  );
  const urgent = emergency === null ? {} : { emergency };
  return {
    before: null,
    after: born,
    events: [
      { type: 'rollout.submitted', rollout, by, title, reason, hosts, ...urgent },
      ...pages.map((page) => ({ type: 'page.queued', rollout, page }) as const),
    ],
    pages,
    nextLookAt: null,
  };
}
