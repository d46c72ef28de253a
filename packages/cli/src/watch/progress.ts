import type { HostState, RolloutState, WaveState } from '@breakwater/shared';
import type { Event, Rollout } from '../api/api.ts';
import { waveName } from '../tell/rollout.ts';

export interface WaveProgress {
  name: string;
  state: WaveState;
  hosts: Map<string, HostState>;
  /** Why a host is where it is, where that was said. */
  reasons: Map<string, string>;
}

/** How a rollout is doing, as its events tell it. */
export interface Progress {
  id: string;
  state: RolloutState;
  reason: string;
  /** Why nothing moves, while nothing does. */
  waits: string | null;
  waves: WaveProgress[];
}

/** Before its first event. */
export function startOf(rollout: Rollout): Progress {
  return {
    id: rollout.id,
    state: 'planned',
    reason: '',
    waits: null,
    waves: rollout.waves.map((wave) => ({
      name: waveName(wave),
      state: 'pending',
      hosts: new Map(wave.hosts.map(({ id }) => [id, 'pending'])),
      reasons: new Map(),
    })),
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The reason in an event's verdict. */
export function reasonIn(event: Event): string {
  const { verdict } = event as { verdict?: { reason?: unknown } };
  return text(verdict?.reason);
}

/** Records one event. Types that say nothing about progress are left alone, also those that are not known yet. */
export function record(progress: Progress, event: Event): void {
  const { type, wave, host, to } = event as Event & { wave?: string; host?: string; to?: string };
  const place = progress.waves.find(({ name }) => name === wave);
  switch (type) {
    case 'host.state':
      if (place === undefined || host === undefined) return;
      place.hosts.set(host, to as HostState);
      place.reasons.set(host, reasonIn(event));
      return;
    case 'wave.state':
      if (place !== undefined) place.state = to as WaveState;
      progress.waits = null;
      return;
    case 'rollout.state':
      progress.state = to as RolloutState;
      progress.reason = reasonIn(event);
      progress.waits = null;
      return;
    case 'rollout.waiting':
      progress.waits = reasonIn(event);
      return;
    case 'wave.held':
      progress.waits = text(event['reason']) || null;
      return;
    default:
      return;
  }
}
