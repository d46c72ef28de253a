import type { Rollout } from '../api/api.ts';
import { mayHaveChanged } from './aftermath.ts';

type Verb = 'approve' | 'rollback' | 'abort' | 'pause' | 'resume';

/** What is safe comes first: whoever was woken types the first line that fits. */
const VERBS: Readonly<Record<Rollout['state'], readonly Verb[]>> = {
  halted: ['rollback', 'abort', 'resume'],
  paused: ['rollback', 'abort', 'resume'],
  awaitingApproval: ['approve', 'rollback', 'abort'],
  running: ['rollback', 'abort', 'pause'],
  preflighting: ['abort', 'pause'],
  planned: ['abort', 'pause'],
  rollingBack: [],
  rolledBack: [],
  aborted: [],
  succeeded: [],
};

/** The verbs that make sense now; a rollback is none where there is nothing to take back. */
function verbsFor(rollout: Rollout): Verb[] {
  // Waves that have passed may be back by now: nothing is left to go on from.
  const isTornDown = rollout.state === 'halted' && rollout.verdict.code === 'rollback_incomplete';
  const takesBack = isTornDown || mayHaveChanged(rollout);
  return VERBS[rollout.state].filter(
    (verb) => (verb !== 'rollback' || takesBack) && (verb !== 'resume' || !isTornDown),
  );
}

function about(verb: Verb, rollout: Rollout): string {
  switch (verb) {
    case 'approve':
      return 'let the wave go ahead (not the submitter)';
    case 'rollback':
      return 'take the change back everywhere';
    case 'abort':
      return mayHaveChanged(rollout)
        ? 'end it; hosts that keep the change stay so'
        : 'end it; no host keeps the change';
    case 'pause':
      return 'take no further host';
    case 'resume':
      return rollout.state === 'halted' ? 'prove it again on the rest, after the cause is mended' : 'go on';
    default:
      return verb satisfies never;
  }
}

/** What a person can do about it now, as commands. */
export function choices(rollout: Rollout): string[] {
  const { id, state } = rollout;
  if (state === 'rollingBack') return [`breakwater watch ${id}`.padEnd(44) + 'follow it'];
  return verbsFor(rollout).map(
    (verb) => `breakwater ${verb} ${id} --reason "…"`.padEnd(44) + about(verb, rollout),
  );
}

const WAYS: Readonly<Record<Verb, string>> = {
  approve: 'approve it',
  rollback: 'roll it back',
  abort: 'abort it',
  pause: 'pause it',
  resume: 'resume it',
};

/** The same as advice: "roll it back, abort it or resume it". */
export function advice(rollout: Rollout): string {
  const ways = verbsFor(rollout).map((verb) =>
    verb === 'abort' && !mayHaveChanged(rollout) ? 'abort it (nothing to take back)' : WAYS[verb],
  );
  const last = ways.pop() ?? '';
  return ways.length === 0 ? last : `${ways.join(', ')} or ${last}`;
}
