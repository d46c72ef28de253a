import type { HostId, Verdict } from '@breakwater/shared';

/** What one host has last said of another that it asked. It is an observation: it stands beside the log, as sightings do. */
export interface Word {
  target: HostId;
  epoch: number;
  verdict: Verdict;
  /** When the newest round of questions began, in wall-clock milliseconds of the orchestrator that heard of it. */
  askedAt: number;
}

/** A host that asks a changed one. */
export interface Point {
  host: HostId;
  /** Since when it is to ask: a word about an earlier time is not about this change. */
  since: number;
  /** What it has said last; `pending` until it has said anything. */
  verdict: Verdict;
}

/** Who asks one changed host, and what came of it. It belongs to one attempt. */
export interface Watch {
  epoch: number;
  /** How many have to find the host well before it is confirmed; fewer than asked for only where the fleet has no more. */
  required: number;
  points: readonly Point[];
  /** Who asked before and could not tell, with what it said. */
  letGo: readonly Point[];
  /** Who was replaced, for whatever reason: others are tried first. */
  tried: readonly HostId[];
  /** Who had found the host well when it was told to keep the change; `null` before. */
  passed: readonly HostId[] | null;
  /** Nothing in it counts any more. */
  over: boolean;
}
