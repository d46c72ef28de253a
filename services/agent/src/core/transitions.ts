import type { JournalEntry } from './journal-entry.ts';

/** Where a change stands: named after the journal entry that began it. */
export const PHASES = [
  'accepted',
  'ready',
  'rejected',
  'applying',
  'restarting',
  'verifying',
  'soaking',
  'soaked',
  'confirmed',
  'failed',
  'reverting',
  'reverted',
  'revertFailed',
] as const;
export type Phase = (typeof PHASES)[number];

type EntryType = JournalEntry['type'];

/**
 * Which journal entry may follow in which phase. There is no other way through a change, and above all none
 * from anything that failed back to `applying`: what was tried once in an epoch is never tried again in it.
 *
 * `unhealthy` in `confirmed` and `restarting` while going back say something about a phase without leaving it.
 */
export const TRANSITIONS: Readonly<Record<Phase | 'none', readonly EntryType[]>> = {
  none: ['adopted', 'accepted'],
  accepted: ['accepted', 'ready', 'rejected', 'reverted'],
  // Not before a grant, and a second time only when the link was never switched and the baseline grew old.
  ready: ['accepted', 'applying', 'rejected', 'reverted'],
  rejected: ['accepted', 'reverted'],
  applying: [
    'accepted',
    'applying',
    'rejected',
    'reverted',
    'restarting',
    'verifying',
    'failed',
    'reverting',
  ],
  restarting: ['verifying', 'failed', 'reverting'],
  verifying: ['soaking', 'failed', 'reverting'],
  soaking: ['soaked', 'failed', 'reverting'],
  soaked: ['confirmed', 'failed', 'reverting'],
  confirmed: ['accepted', 'unhealthy', 'reverting'],
  failed: ['reverting'],
  reverting: ['restarting', 'reverted', 'revertFailed'],
  revertFailed: ['restarting', 'reverted'],
  reverted: ['accepted'],
};

/** The phase that an entry leads to from another one. */
export function phaseAfter(phase: Phase | 'none', type: EntryType): Phase | 'none' {
  if (type === 'adopted' || type === 'unhealthy') return phase;
  if (type === 'restarting') return goesBack(phase) ? phase : 'restarting';
  return type;
}

/** Whether the link is on its way back, or should be. */
export function goesBack(phase: Phase | 'none'): phase is 'reverting' | 'revertFailed' {
  return phase === 'reverting' || phase === 'revertFailed';
}
