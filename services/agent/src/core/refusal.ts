import type { Assignment } from '@breakwater/shared';
import type { Memory } from './memory.ts';

/**
 * Why an assignment is not followed, or `null`. An epoch never goes back, and it speaks of one generation: an
 * orchestrator that says otherwise has lost its memory, and nothing that it grants may be used.
 */
export function refusal({ highestEpoch, change }: Memory, assignment: Assignment): string | null {
  if (assignment.epoch < highestEpoch) {
    return `epoch ${assignment.epoch} is below ${highestEpoch}, the highest that was accepted here`;
  }
  const known = change?.assignment;
  if (known?.epoch !== assignment.epoch || known.bundle === assignment.bundle) return null;
  return `epoch ${assignment.epoch} was accepted with another bundle`;
}
