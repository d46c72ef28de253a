import type { Verdict } from '@breakwater/shared';

/** A gate is asked before a wave begins, and while it runs and soaks. */
export type GatePhase = 'before' | 'during';

/** How one gate of one wave stands. Times are wall-clock milliseconds of the orchestrator. */
export interface GateRecord {
  gate: string;
  phase: GatePhase;
  /** Since when it is measured. */
  begunAt: number;
  /** When the newest measurement was begun; `null` before there is one. */
  at: number | null;
  /** When it last told something: passed or missed its condition, or began. */
  clearAt: number;
  /** What the newest measurement told; `pending` before there is one. */
  verdict: Verdict;
  /** How many measurements have missed the condition. */
  misses: number;
}
