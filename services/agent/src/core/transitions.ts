import type { JournalEntry } from './journal-entry.ts';

/** Where a change stands: named after the journal entry that began it. */
export const PHASES = [
  'accepted',
  'ready',
  'rejected',
  'applying',
  'restarting',
  'reloading',
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
 * `unhealthy` in `confirmed` and `restarting` while going back say something about a phase without leaving it,
 * and so do `adopted`, `asked` and `restarted`, which a person at the console causes.
 */
export const TRANSITIONS: Readonly<Record<Phase | 'none', readonly EntryType[]>> = {
  none: ['adopted', 'accepted', 'asked', 'restarted', 'unexplained'],
  accepted: ['accepted', 'ready', 'rejected', 'reverted', 'asked', 'restarted', 'unexplained'],
  // Not before a grant, and a second time only when the link was never switched and the baseline grew old.
  ready: ['accepted', 'applying', 'rejected', 'reverted', 'asked', 'restarted', 'unexplained'],
  rejected: ['accepted', 'reverted', 'adopted', 'asked', 'restarted', 'unexplained'],
  applying: [
    'accepted',
    'applying',
    'rejected',
    'reverted',
    'restarting',
    'reloading',
    'verifying',
    'failed',
    'reverting',
  ],
  restarting: ['verifying', 'failed', 'reverting'],
  reloading: ['verifying', 'failed', 'reverting'],
  verifying: ['soaking', 'failed', 'reverting'],
  soaking: ['soaked', 'failed', 'reverting'],
  soaked: ['confirmed', 'failed', 'reverting'],
  confirmed: ['accepted', 'unhealthy', 'reverting', 'adopted', 'asked', 'restarted', 'unexplained'],
  failed: ['reverting'],
  reverting: ['restarting', 'reverted', 'revertFailed', 'asked'],
  revertFailed: ['restarting', 'reverted', 'reverting', 'adopted', 'asked'],
  reverted: ['accepted', 'adopted', 'asked', 'restarted', 'unexplained'],
};

/** Entries that leave the phase as it is. */
type Aside = 'adopted' | 'asked' | 'restarted' | 'unhealthy';
const ASIDE: readonly EntryType[] = ['adopted', 'asked', 'restarted', 'unhealthy'];

const isAside = (type: EntryType): type is Aside => ASIDE.includes(type);

/** The phase that an entry leads to from another one. */
export function phaseAfter(phase: Phase | 'none', type: EntryType): Phase | 'none' {
  if (isAside(type)) return phase;
  if (type === 'unexplained') return 'reverting';
  if (type === 'restarting') return goesBack(phase) ? phase : 'restarting';
  return type;
}

/** Whether the link is on its way back, or should be. */
export function goesBack(phase: Phase | 'none'): phase is 'reverting' | 'revertFailed' {
  return phase === 'reverting' || phase === 'revertFailed';
}
