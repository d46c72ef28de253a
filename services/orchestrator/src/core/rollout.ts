import type {
  AnswerBefore,
  Check,
  DatacenterName,
  Digest,
  Expect,
  GroupName,
  HostId,
  HostState,
  LocatedVerdict,
  OperatorName,
  Page,
  RolloutId,
  RolloutState,
  Strategy,
  Targets,
  Verdict,
  WaveKind,
  WaveState,
} from '@breakwater/shared';
import type { Cause } from './cause.ts';
import type { GateRecord } from './gate-record.ts';
import type { Watch } from './watch.ts';

/**
 * A time in which a changed host answered wrongly, or not at all: from the first observation of it (`null` where nobody
 * knows) until the host proved that it was well again (`null` while it has not).
 */
export interface WrongSpell {
  from: number | null;
  until: number | null;
}

/** One host's part in a rollout. Times are wall-clock milliseconds of the orchestrator. */
export interface HostRow {
  id: HostId;
  datacenter: DatacenterName;
  groups: readonly GroupName[];
  state: HostState;
  /** When the state was entered. */
  since: number;
  /** What decided the state, for a person; `null` before anything was judged. */
  verdict: Verdict | null;
  /** The attempt that the host is in; a retry has a higher one. Reports of other epochs are not about it. */
  epoch: number;
  /** When this attempt was last told to apply; `null` while nothing live can have been touched. */
  grantedAt: number | null;
  /** The host has said that it took the grant. Until then a pause can still withhold it. */
  taken: boolean;
  /** The host has been healthy for its whole soak. */
  soaked: boolean;
  /** The host has been told to keep the change; it becomes `confirmed` when it says that it did. */
  confirming: boolean;
  /** The host keeps the new generation: it was confirmed in this attempt and has not gone back since. */
  changed: boolean;
  /** Why this host counts as a failure of its wave. It stays until the host is retried or skipped. */
  failure: Verdict | null;
  /** A sample of what the host answered before the change; others ask it for that too. */
  answers: readonly AnswerBefore[];
  /** The rollout that has taken this host over; this one has no say in it any more. */
  released: RolloutId | null;
  /** When clients were answered wrongly because of this rollout, as far as anybody saw it; oldest first. */
  wrong: readonly WrongSpell[];
  /** The last report that was taken in: the journal's name and its sequence number there. */
  heard: { journal: string; seq: number } | null;
}

export interface Wave {
  kind: WaveKind;
  /** Set for `datacenter` waves. */
  datacenter: DatacenterName | null;
  state: WaveState;
  hosts: readonly HostId[];
  soakMs: number;
  startedAt: number | null;
  /** For how long the rollout was paused or held meanwhile: that time is not held against the wave. */
  pausedMs: number;
  /** No further host may be taken for now, whichever rollout it belongs to, and since when. `null` while one may. */
  held: { since: number; reason: string } | null;
  approvedBy: OperatorName | null;
}

/** A cause that pagers still show: it was paged, and no person has decided about it since. */
export type OpenPage = Pick<Page, 'dedupKey' | 'severity' | 'code' | 'host' | 'wave'>;

/** The whole state of a rollout. Only `transition` makes a new one out of an old one. */
export interface Rollout {
  id: RolloutId;
  title: string;
  reason: string;
  ticket: string | null;
  submittedBy: OperatorName;
  createdAt: number;
  bundle: Digest;
  strategy: Strategy;
  checks: readonly Check[];
  expect: Expect;
  /** As they were submitted: new hosts that fit them join at this change once it has succeeded. */
  targets: Targets;
  /** Waits less and is louder; never unstaged. After `expiresAt` (wall-clock milliseconds) no further host is taken. */
  emergency: { incident: string; expiresAt: number } | null;
  /** What the first canary kept when it was submitted, which is what the change is compared with; `null` if not known. */
  replaces: Digest | null;
  /** It does not begin while an older rollout owns one of its hosts. */
  queued: boolean;
  /** The succeeded rollout whose change this one brings to hosts that missed it. */
  catchUpOf: RolloutId | null;
  /** Hosts that the submission names: only these may be taken as the last healthy one of their place. */
  named: readonly HostId[];
  state: RolloutState;
  /** When the state was entered. */
  since: number;
  /** What a paused rollout goes back to. */
  pausedFrom: RolloutState | null;
  /** What decided the state. */
  verdict: LocatedVerdict;
  /** The row of the halting rule that stopped it last; `null` while none has. */
  haltedBy: Cause | null;
  waves: readonly Wave[];
  hosts: Readonly<Record<HostId, HostRow>>;
  /** Who asks which changed host, and what they found: beside the rows, since no host's word moves another's. */
  vantage: Readonly<Record<HostId, Watch>>;
  /** What was measured at the gates of each wave, by the wave's name. */
  gates: Readonly<Record<string, readonly GateRecord[]>>;
  /** When a host first saw the failure that halted the rollout, when the halt was decided, when a pager took the page. */
  detectedAt: number | null;
  haltedAt: number | null;
  pagedAt: number | null;
  /** How many pages have been queued; it numbers them and spaces the repeated ones. */
  pages: number;
  lastPageAt: number | null;
  openPages: readonly OpenPage[];
}

/** A wave as people call it: `canary`, `datacenter ams`, `global`. */
export function waveName(wave: Pick<Wave, 'kind' | 'datacenter'>): string {
  return wave.datacenter === null ? wave.kind : `${wave.kind} ${wave.datacenter}`;
}

/** Every host that is or was part of it. */
export function hostsOf({ hosts }: Rollout): HostId[] {
  return Object.values(hosts).map(({ id }) => id);
}

/** The rows of a wave, in its order. */
export function rowsOf(rollout: Rollout, wave: Wave): HostRow[] {
  return wave.hosts.map((id) => rowOf(rollout, id));
}

/** @throws when the host is not in the rollout: a plan and its rows are made together. */
export function rowOf(rollout: Rollout, id: HostId): HostRow {
  const row = rollout.hosts[id];
  if (!row) throw new Error(`host ${id} is not in rollout ${rollout.id}`);
  return row;
}

/** The wave that a host belongs to. */
export function waveOf(rollout: Rollout, id: HostId): Wave {
  const wave = rollout.waves.find((candidate) => candidate.hosts.includes(id));
  if (!wave) throw new Error(`host ${id} is in no wave of rollout ${rollout.id}`);
  return wave;
}
