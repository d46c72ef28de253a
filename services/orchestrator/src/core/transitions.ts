import type { HostState, RolloutState, WaveState } from '@breakwater/shared';

/**
 * What may follow what, seen from one saved state to the next: a single decision may pass through several
 * steps (a resumed rollout whose failed hosts were all skipped goes from `halted` through `preflighting` to
 * `running` at once). Code, tests and the diagrams in the documentation are held to these tables.
 */
export const ROLLOUT_TRANSITIONS: Readonly<Record<RolloutState, readonly RolloutState[]>> = {
  // What halts as soon as it begins, and rolls back by itself, has nothing to roll back.
  planned: ['preflighting', 'paused', 'halted', 'rolledBack', 'aborted'],
  preflighting: [
    'awaitingApproval',
    'running',
    'paused',
    'halted',
    'rollingBack',
    'rolledBack',
    'aborted',
    'succeeded',
  ],
  awaitingApproval: ['running', 'paused', 'halted', 'rollingBack', 'rolledBack', 'aborted', 'succeeded'],
  running: ['awaitingApproval', 'paused', 'halted', 'rollingBack', 'rolledBack', 'aborted', 'succeeded'],
  paused: [
    'planned',
    'preflighting',
    'awaitingApproval',
    'running',
    'halted',
    'rollingBack',
    'rolledBack',
    'aborted',
    'succeeded',
  ],
  halted: [
    'preflighting',
    'awaitingApproval',
    'running',
    'rollingBack',
    'rolledBack',
    'aborted',
    'succeeded',
  ],
  rollingBack: ['rolledBack', 'halted', 'aborted'],
  rolledBack: [],
  // Not an end for people: an aborted rollout leaves hosts on the change that kept it, and whoever finds out ten minutes
  // later that a change was bad rolls it back. Where no host can be reached any more, that way back ends as soon as it
  // begins.
  aborted: ['rollingBack', 'rolledBack', 'halted'],
  succeeded: ['rollingBack', 'rolledBack', 'halted'],
};

/** A wave fails and is taken up again when its rollout is resumed. */
export const WAVE_TRANSITIONS: Readonly<Record<WaveState, readonly WaveState[]>> = {
  pending: ['running', 'soaking', 'passed', 'failed', 'skipped'],
  running: ['soaking', 'passed', 'failed', 'skipped'],
  soaking: ['running', 'passed', 'failed', 'skipped'],
  passed: ['failed', 'running'],
  failed: ['running', 'soaking', 'passed', 'skipped'],
  skipped: ['running', 'failed'],
};

/**
 * A late "healthy" never undoes a failure: from `failed`, `lost`, `reverting` and `revertFailed` no report
 * leads back to a healthy state. Only a person does: by a retry, which is a new attempt and begins at
 * `staging` (or at `pending`, when something else halts the rollout in the same decision), or by resuming with
 * a host that keeps the change and is well again. A host that is given up to an emergency is `skipped`, from
 * `confirmed` at once, and from `reverting` in the decision in which it is back.
 */
export const HOST_TRANSITIONS: Readonly<Record<HostState, readonly HostState[]>> = {
  pending: ['staging', 'skipped'],
  staging: ['ready', 'applying', 'failed', 'lost', 'pending', 'skipped'],
  // Beyond `applying` too: it may have taken a grant that was then withheld, and be heard only when all is over.
  ready: [
    'applying',
    'verifying',
    'soaking',
    'reverting',
    'reverted',
    'revertFailed',
    'staging',
    'pending',
    'failed',
    'lost',
    'skipped',
  ],
  applying: ['ready', 'verifying', 'soaking', 'failed', 'reverting', 'reverted', 'revertFailed', 'lost'],
  verifying: ['soaking', 'failed', 'reverting', 'reverted', 'revertFailed', 'lost'],
  soaking: ['confirmed', 'failed', 'reverting', 'reverted', 'revertFailed', 'lost'],
  confirmed: ['failed', 'reverting', 'reverted', 'revertFailed', 'lost', 'skipped'],
  failed: ['confirmed', 'reverting', 'reverted', 'revertFailed', 'lost', 'staging', 'pending', 'skipped'],
  reverting: ['reverted', 'revertFailed', 'lost', 'skipped'],
  reverted: ['staging', 'pending', 'skipped'],
  revertFailed: ['reverting', 'reverted', 'lost', 'staging', 'pending', 'skipped'],
  lost: ['confirmed', 'failed', 'reverting', 'reverted', 'revertFailed', 'staging', 'pending', 'skipped'],
  skipped: ['confirmed', 'staging', 'pending'],
};

/** States in which a rollout takes no further decision by itself. */
export const ENDED: readonly RolloutState[] = ['rolledBack', 'aborted', 'succeeded'];
