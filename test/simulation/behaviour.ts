import { fail, inconclusive, noData, pass, type Verdict } from '@breakwater/shared';

/**
 * What a generation does when a daemon runs it. `rejected` is found out offline, `crashes`, `wrong` and `silent` at once,
 * `othersOnly` only by other hosts, `diesLater` after a while, `costly` only by who measures: it answers rightly, and
 * slowly.
 */
export const KINDS = [
  'good',
  'slow',
  'rejected',
  'wrong',
  'silent',
  'crashes',
  'othersOnly',
  'diesLater',
  'costly',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Behaviour {
  kind: Kind;
  /** On which hosts; everywhere when it is `null`. Elsewhere the generation is good. */
  hosts: ReadonlySet<string> | null;
  /** For `diesLater`: how long a process lives. */
  livesMs: number;
}

export const GOOD: Behaviour = { kind: 'good', hosts: null, livesMs: 0 };

export const SLOW_MS = 900;
export const CRASH_MS = 40;

export function kindAt({ kind, hosts }: Behaviour, host: string): Kind {
  return hosts === null || hosts.has(host) ? kind : 'good';
}

/** What a daemon answers that has run a generation of this kind for so long. */
export function answerOf(kind: Kind, ranForMs: number, asker: 'itself' | 'another'): Verdict {
  switch (kind) {
    case 'good':
    case 'rejected':
    case 'crashes':
    case 'diesLater':
    case 'costly':
      return pass('answered', 'Right.');
    case 'slow':
      return ranForMs < SLOW_MS ? inconclusive('still_starting', 'SERVFAIL') : pass('answered', 'Right.');
    case 'wrong':
      return fail('wrong_answer', 'REFUSED');
    case 'silent':
      return noData('no_answer', 'Nothing.');
    case 'othersOnly':
      return asker === 'itself' ? pass('answered', 'Right.') : fail('wrong_answer', 'REFUSED');
    default:
      return kind satisfies never;
  }
}

/** What a source of metrics does: it tells the truth, or says one thing whatever is true, or nothing that can be used. */
export const MOODS = ['truth', 'good', 'bad', 'empty', 'nan', 'incomplete', 'down'] as const;
export type Mood = (typeof MOODS)[number];

/** Those that neither pass nor fail a gate. */
export const MUTE: readonly Mood[] = ['empty', 'nan', 'incomplete', 'down'];
