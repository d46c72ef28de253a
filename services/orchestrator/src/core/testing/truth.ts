import type { ReportedState, Step } from '@breakwater/shared';

/**
 * A host as it really is, following the levels that it is given: what the safety promises are judged on.
 * `generation` is what its name server runs; `phase` is the report that it made last.
 */
export interface Truth {
  generation: 'old' | 'new';
  epoch: number;
  phase: ReportedState | 'idle';
}

const HEALTHY_NEXT: Partial<Record<ReportedState, ReportedState>> = {
  applying: 'verifying',
  verifying: 'soaking',
  soaking: 'soaked',
};

const SWAPPED: readonly Truth['phase'][] = ['applying', 'verifying', 'soaking', 'soaked'];

/** What a host that is to go back, or is on its way, does next. */
const GOING_BACK: Partial<Record<Truth['phase'], { well: ReportedState; bad: ReportedState | null }>> = {
  failed: { well: 'reverting', bad: 'reverting' },
  reverting: { well: 'reverted', bad: 'revertFailed' },
  revertFailed: { well: 'reverted', bad: null },
};

/** What a host does next at a level; `bad` decides whether its name server answers rightly. */
export function act({ phase }: Truth, step: Step | null, bad: boolean): ReportedState | null {
  const back = GOING_BACK[phase];
  if (back) return bad ? back.bad : back.well;
  const swapped = SWAPPED.includes(phase);
  if (step === 'revert') return goBack(phase, swapped);
  if (phase === 'idle' && step === 'stage') return bad ? 'failed' : 'ready';
  if (phase === 'ready' && step === 'apply') return 'applying';
  if (phase === 'confirmed' || phase === 'unhealthy') return bad ? 'unhealthy' : null;
  return swapped ? goOn(phase, step, bad) : null;
}

function goOn(phase: Truth['phase'], step: Step | null, bad: boolean): ReportedState | null {
  if (bad) return 'failed';
  return step === 'confirm' && phase === 'soaked'
    ? 'confirmed'
    : (HEALTHY_NEXT[phase as ReportedState] ?? null);
}

function goBack(phase: Truth['phase'], swapped: boolean): ReportedState | null {
  if (swapped || phase === 'confirmed' || phase === 'unhealthy') return 'reverting';
  return phase === 'reverted' ? null : 'reverted';
}

/** A host takes up a new attempt only from rest. */
const AT_REST: readonly Truth['phase'][] = ['idle', 'ready', 'reverted', 'confirmed', 'unhealthy'];

export function begins(truth: Truth, epoch: number, step: Step | null): boolean {
  return step !== null && epoch > truth.epoch && AT_REST.includes(truth.phase);
}
