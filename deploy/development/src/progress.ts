import type { HostState, LocatedVerdict, RolloutState, WaveState } from '@breakwater/shared';
import type { Rollout, RolloutEvent } from './api.ts';

/** How one wave is doing, as its events tell it. Times are milliseconds since the epoch. */
export interface WaveProgress {
  name: string;
  state: WaveState;
  hosts: Map<string, HostState>;
  startedAt: number | null;
  endedAt: number | null;
}

/** How a rollout is doing. */
export interface Progress {
  /** Number of the last event that is in here. */
  seq: number;
  state: RolloutState;
  verdict: LocatedVerdict | null;
  waves: WaveProgress[];
  submittedAt: number;
  /** When the first wave began, and with it the end of the preflight. */
  preflightEndedAt: number | null;
  endedAt: number | null;
  pageDelivered: boolean;
  /** When each host first began to apply, and when its old configuration was back. */
  appliedAt: Map<string, number>;
  revertedAt: Map<string, number>;
}

export function startOf(rollout: Rollout): Progress {
  return {
    seq: 0,
    state: rollout.state,
    verdict: rollout.verdict,
    waves: rollout.waves.map(({ kind, datacenter, hosts }) => ({
      name: datacenter === undefined || kind !== 'datacenter' ? kind : `${kind} ${datacenter}`,
      state: 'pending',
      hosts: new Map(hosts.map(({ id }) => [id, 'pending'])),
      startedAt: null,
      endedAt: null,
    })),
    submittedAt: Date.parse(rollout.createdAt),
    preflightEndedAt: null,
    endedAt: null,
    pageDelivered: false,
    appliedAt: new Map(),
    revertedAt: new Map(),
  };
}

const ENDED_WAVE: readonly WaveState[] = ['passed', 'failed', 'skipped'];
const STANDING: readonly RolloutState[] = ['halted', 'succeeded', 'aborted', 'rolledBack'];

function recordHost(progress: Progress, host: string, to: HostState, at: number): void {
  progress.waves.find(({ hosts }) => hosts.has(host))?.hosts.set(host, to);
  if (to === 'applying' && !progress.appliedAt.has(host)) progress.appliedAt.set(host, at);
  if (to === 'reverted') progress.revertedAt.set(host, at);
}

function recordWave(progress: Progress, name: string, to: WaveState, at: number): void {
  const wave = progress.waves.find((candidate) => candidate.name === name);
  if (wave === undefined) return;
  wave.state = to;
  if (to === 'running') wave.startedAt ??= at;
  if (ENDED_WAVE.includes(to)) wave.endedAt ??= at;
  progress.preflightEndedAt ??= at;
}

/** Records one event, once. Events of types that the story does not tell are left alone. */
export function record(progress: Progress, event: RolloutEvent): void {
  if (event.seq <= progress.seq) return;
  progress.seq = event.seq;
  const at = Date.parse(event.at);
  switch (event.type) {
    case 'host.state':
      if (event.host !== undefined) recordHost(progress, event.host, event.to as HostState, at);
      return;
    case 'wave.state':
      if (event.wave !== undefined) recordWave(progress, event.wave, event.to as WaveState, at);
      return;
    case 'rollout.state':
      progress.state = event.to as RolloutState;
      if (event.verdict !== undefined) progress.verdict = event.verdict;
      if (STANDING.includes(progress.state)) progress.endedAt = at;
      return;
    case 'page.delivered':
      progress.pageDelivered = true;
      return;
    default:
      return;
  }
}

const SWAPPED: readonly HostState[] = ['applying', 'verifying', 'soaking', 'failed', 'reverting'];

/** Whether there is no more to come: succeeded, or stopped with every host settled and the page delivered. */
export function isOver({ state, waves, pageDelivered }: Progress): boolean {
  if (state === 'succeeded') return true;
  const settled = waves.every(({ hosts }) => [...hosts.values()].every((host) => !SWAPPED.includes(host)));
  return STANDING.includes(state) && settled && pageDelivered;
}
