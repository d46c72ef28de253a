/** What the points of a watch say now, counted. */
export interface Tally {
  /** Points that got a wrong answer for certain. */
  wrong: number;
  /** Points that got nothing to judge; and those that were replaced because of it. */
  unreached: number;
  letGo: number;
  /** Whether there is somebody else who could ask instead. */
  spare: boolean;
  /** Whether as many as are needed have found the host well. */
  enough: boolean;
}

/** `replaces`: a point is to be replaced. `waits`: a deadline decides if nothing else does. */
export type Outcome = 'fails' | 'replaces' | 'vouched' | 'waits';

/**
 * What follows from what others have found; the first line that fits holds. A wrong answer has come from the host
 * itself, so one is enough. Nothing at all may be the fault of whoever asked, or of its link: one such point is replaced
 * once, and only two who both reach nothing are believed. What is missing is never a pass.
 */
const RULE: readonly (readonly [fits: (tally: Tally) => boolean, then: Outcome])[] = [
  [({ wrong }) => wrong >= 1, 'fails'],
  [({ unreached, letGo }) => unreached + letGo >= 2, 'fails'],
  [({ unreached, spare }) => unreached === 1 && spare, 'replaces'],
  [({ enough }) => enough, 'vouched'],
];

export function ruleOf(tally: Tally): Outcome {
  return RULE.find(([fits]) => fits(tally))?.[1] ?? 'waits';
}
