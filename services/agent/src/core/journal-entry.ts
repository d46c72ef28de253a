import type { Assignment, Digest, Verdict } from '@breakwater/shared';
import type { Baseline } from './baseline.ts';
import type { ProcessId } from './daemon.ts';

/**
 * What is written to the journal, each entry before or after the act that it speaks of.
 *
 * `applying`, `restarting`, `reloading` and `reverting` are intents: they are durable before the act begins, so that
 * whoever starts next knows that the act may have happened, wholly or in part. All others are outcomes.
 */
export type JournalEntry =
  /**
   * What was found in place became a generation and the last known good one: at first contact, so that there
   * is always a way back, and later when a person at the console wants it so, with the `reason`. `insteadOf` is what
   * that person gives up for it: the host goes back to an earlier generation, and never to that one again.
   */
  | { type: 'adopted'; generation: Digest; reason?: string; insteadOf?: Digest }
  /** Intent: a person at the console wants the daemon restarted, or the recorded files put back. */
  | { type: 'asked'; verb: 'restart' | 'repair'; reason: string; process: ProcessId | null }
  /** That restart brought this process: of a kept generation it is the one that counts from now on. */
  | { type: 'restarted'; process: ProcessId }
  /** A new epoch begins; nothing live is touched until `applying`. */
  | { type: 'accepted'; assignment: Assignment }
  | { type: 'ready'; epoch: number; verdict: Verdict }
  /** The proof offline failed; the host stays as it was. */
  | { type: 'rejected'; epoch: number; verdict: Verdict }
  /** Intent: the managed root will be switched from `previous` to the epoch's generation. */
  | { type: 'applying'; epoch: number; previous: Digest; baseline: Baseline; process: ProcessId | null }
  /**
   * Intent: the root is switched (forward, or back while `reverting`) and the daemon will be restarted.
   * `process` and `exits` are what the supervisor said after the switch: any other process started later,
   * and so on the switched tree.
   */
  | { type: 'restarting'; epoch: number; process: ProcessId | null; exits: number }
  /** Intent: the root is switched and this process will be told to read it; it must be the same one afterwards. */
  | { type: 'reloading'; epoch: number; process: ProcessId; exits: number }
  | { type: 'verifying'; epoch: number; process: ProcessId }
  | { type: 'soaking'; epoch: number }
  | { type: 'soaked'; epoch: number; verdict: Verdict }
  | { type: 'confirmed'; epoch: number }
  /** A confirmed generation has turned unhealthy; the host keeps it and says so. */
  | { type: 'unhealthy'; epoch: number; verdict: Verdict; seenAt: number }
  /**
   * Why the change is given up; a revert follows. `seenAt` is the first sign of it (monotonic milliseconds),
   * since it takes more than one wrong answer to be certain.
   */
  | { type: 'failed'; epoch: number; verdict: Verdict; seenAt: number }
  /** Intent: the root will be switched back to `previous` and the daemon restarted, unless it never left. */
  | { type: 'reverting'; epoch: number; verdict: Verdict; process: ProcessId | null }
  | { type: 'reverted'; epoch: number; verdict: Verdict }
  | { type: 'revertFailed'; epoch: number; verdict: Verdict }
  /**
   * Intent: the managed root leads to `generation`, which this journal neither confirms nor explains, since records of
   * it are lost. The root will be switched to the last known good generation and the daemon restarted, as after `reverting`.
   */
  | { type: 'unexplained'; generation: Digest; verdict: Verdict };

/** An entry as it stands in the journal. */
export type JournalRecord = JournalEntry & {
  /** 1 for the first, and one more for each further record; reports carry it. */
  seq: number;
  /** Monotonic milliseconds (CLOCK_MONOTONIC) of the boot named by `boot`. */
  at: number;
  /** The kernel's boot id; a record of another boot tells that the machine restarted in between. */
  boot: string;
};
