import { fail, inconclusive, noData, pass, type Verdict } from '@breakwater/shared';

/**
 * What a generation does when a daemon runs it. `rejected` is found out offline, `crashes`, `wrong` and `silent` at once,
 * `othersOnly` only by other hosts, `mute` by a reload that is never proved, `diesLater` after a while.
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
