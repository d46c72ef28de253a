import { type HostState } from '@breakwater/shared';
import { causeOf } from './halting-rule.ts';
import { isTolerated, WATCHED } from './halting.ts';
import { lostItsCanary } from './releasing.ts';
import { type HostRow, type Rollout, rowsOf, waveName } from './rollout.ts';

const UNTOUCHED: readonly HostState[] = ['pending', 'staging', 'ready', 'failed', 'lost', 'skipped'];

/**
 * What must be true of every rollout that is saved or loaded, in production too.
 * @returns a sentence for each that is not; empty when all is well.
 */
export function violations(rollout: Rollout): string[] {
  return [
    ...planViolations(rollout),
    ...waveViolations(rollout),
    ...canaryViolations(rollout),
    ...hostViolations(rollout),
    ...failureViolations(rollout),
    ...givenUpViolations(rollout),
    ...stateViolations(rollout),
  ];
}

function planViolations(rollout: Rollout): string[] {
  const planned = rollout.waves.flatMap((wave) => wave.hosts);
  const rows = Object.keys(rollout.hosts);
  const once = new Set(planned).size === planned.length;
  const same = planned.length === rows.length && planned.every((id) => id in rollout.hosts);
  return once && same ? [] : ['every host must be in exactly one wave'];
}

/** A wave begins only when the one before it is over (S3, S13). */
function waveViolations(rollout: Rollout): string[] {
  return rollout.waves.flatMap((wave, index) => {
    const found: string[] = [];
    const before = rollout.waves.slice(0, index);
    const early =
      wave.startedAt !== null &&
      before.some((earlier) => earlier.startedAt === null && earlier.state !== 'skipped');
    if (early) found.push(`wave ${waveName(wave)} has begun before the one ahead of it`);
    const touched =
      wave.startedAt === null && rowsOf(rollout, wave).some((row) => row.grantedAt !== null || row.changed);
    if (touched) found.push(`wave ${waveName(wave)} has not begun, but a host of it was granted`);
    const open = rowsOf(rollout, wave).filter(
      (row) => row.state !== 'confirmed' && row.state !== 'skipped' && row.failure === null,
    );
    const rolling =
      rollout.state === 'rollingBack' ||
      rollout.state === 'rolledBack' ||
      rollout.state === 'halted' ||
      rollout.state === 'aborted';
    if (wave.state === 'passed' && open.length > 0 && !rolling)
      found.push(`wave ${waveName(wave)} passed without ${open[0]?.id}`);
    return found;
  });
}

/** An emergency is staged like any other, and what has lost its canary goes no further. */
function canaryViolations(rollout: Rollout): string[] {
  const [canary, ...others] = rollout.waves;
  if (rollout.emergency !== null && canary && canary.startedAt !== null && canary.approvedBy === null)
    return ['an emergency has begun without a second person'];
  const skipped = rollout.emergency !== null && canary?.state === 'skipped';
  const found = others
    .filter((wave) => skipped && wave.startedAt !== null)
    .map((wave) => `wave ${waveName(wave)} of an emergency has begun without a canary`);
  const onward = ['preflighting', 'running', 'awaitingApproval'].includes(rollout.state);
  return onward && lostItsCanary(rollout) ? [...found, 'goes on although its canary was taken'] : found;
}

function hostViolations(rollout: Rollout): string[] {
  return Object.values(rollout.hosts).flatMap((row) => {
    const found: string[] = [];
    if (row.grantedAt === null && !UNTOUCHED.includes(row.state) && row.state !== 'reverted') {
      found.push(`${row.id} is ${row.state} without a grant`);
    }
    found.push(...keepingViolations(rollout, row));
    if (row.state === 'confirmed' && !row.changed)
      found.push(`${row.id} is confirmed but does not keep the change`);
    if (row.confirming && row.failure === null && !row.soaked)
      found.push(`${row.id} was confirmed before its soak was over`);
    if (row.state === 'soaking' && row.confirming && row.failure === null && !wasVouchedFor(rollout, row))
      found.push(`${row.id} was confirmed before others had found it well`);
    return found;
  });
}

/** What is granted is granted in time, and what keeps the change was granted it and is not called back. */
function keepingViolations(rollout: Rollout, row: HostRow): string[] {
  const found: string[] = [];
  if (row.changed && row.grantedAt === null) found.push(`${row.id} keeps a change that it was not granted`);
  if (rollout.emergency !== null && (row.grantedAt ?? 0) >= rollout.emergency.expiresAt)
    found.push(`${row.id} was granted after the emergency had expired`);
  if (rollout.state === 'rolledBack' && row.changed && row.state !== 'skipped')
    found.push(`rolled back although ${row.id} keeps the change`);
  return found;
}

function wasVouchedFor(rollout: Rollout, row: HostRow): boolean {
  if (rollout.strategy.vantage === 0) return true;
  const watch = rollout.vantage[row.id];
  return watch?.epoch === row.epoch && (watch.passed?.length ?? -1) >= watch.required;
}

/** Whatever goes on, goes on over no failure that should have stopped it: halting is judged in every decision. */
function failureViolations(rollout: Rollout): string[] {
  if (!WATCHED.includes(rollout.state)) return [];
  return rollout.waves.flatMap((wave) => {
    const failed = rowsOf(rollout, wave).filter((row) => row.failure !== null);
    const unproved = failed.find((row) => causeOf(wave, row) === 'preflightFails');
    const untolerated = isTolerated(rollout, wave) ? unproved : failed[0];
    return untolerated ? [`is ${rollout.state} over the failure of ${untolerated.id}`] : [];
  });
}

/** States of a host that was given up, or is on its way home to be. */
const GIVEN_UP: readonly HostState[] = ['skipped', 'reverting', 'failed', 'lost', 'revertFailed', 'reverted'];

function givenUpViolations(rollout: Rollout): string[] {
  return Object.values(rollout.hosts)
    .filter((row) => row.released !== null && !GIVEN_UP.includes(row.state))
    .map((row) => `${row.id} was given up to ${row.released ?? ''} and is ${row.state}`);
}

function stateViolations(rollout: Rollout): string[] {
  const rows = Object.values(rollout.hosts);
  const found: string[] = [];
  // A host may fail after the success; that is noted with it.
  const open = rows.find(
    (row) => row.failure === null && row.state !== 'confirmed' && row.state !== 'skipped',
  );
  if (rollout.state === 'succeeded' && open) found.push(`succeeded although ${open.id} is ${open.state}`);
  if (rollout.state === 'halted' && rollout.haltedAt === null) found.push('halted without a time');
  if (rollout.state === 'halted' && rollout.pages === 0) found.push('halted without a page');
  if ((rollout.state === 'paused') !== (rollout.pausedFrom !== null))
    found.push('paused and what it resumes to disagree');
  return found;
}
