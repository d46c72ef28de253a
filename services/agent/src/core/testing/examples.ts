import { Assignment, Digest, type Step } from '@breakwater/shared';
import type { Answered } from '../answer.ts';
import type { Level } from '../world.ts';

/** A digest that is easy to tell from others. */
export function digest(letter: string): Digest {
  return Digest.parse(letter.repeat(64).slice(0, 64));
}

/** An assignment with short times; the generation of epoch n is `bundleOf(n)`. */
export function assignment(epoch: number, step: Step, more: Partial<Assignment> = {}): Assignment {
  const given = {
    epoch,
    rollout: `r-${Math.max(1, epoch)}`,
    bundle: bundleOf(epoch),
    step,
    checks: [],
    expect: { noChange: false, zonesRemoved: [] },
    soakMs: 2000,
    confirmWithinMs: 60_000,
    verifyWithinMs: 5000,
    action: 'restart',
    failAfter: 2,
  };
  return { ...Assignment.parse(given), ...more };
}

/** The generation that the examples roll out under an epoch. */
export function bundleOf(epoch: number): Digest {
  return digest('0123456789'[epoch % 10] ?? '0');
}

/** A level that is good for as long as a lease. */
export function level(epoch: number, step: Step, now: number, more: Partial<Assignment> = {}): Level {
  return { assignment: assignment(epoch, step, more), validUntil: now + 30_000 };
}

/** An answer in which nothing is unusual. */
export const ANSWERED: Answered = {
  kind: 'answer',
  rcode: 'NOERROR',
  aa: true,
  ad: false,
  ra: false,
  tc: false,
  answers: [],
  serial: 1,
  nsid: null,
  latencyMs: 1,
};
