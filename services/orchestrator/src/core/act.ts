import type { LoggedEvent } from './event.ts';
import type { Rollout } from './rollout.ts';

/** What a person did, and was told that it holds: enough of it to do it again by hand should the store lose it. */
export interface Act {
  /** The event that says so in the log. */
  seq: number;
  hash: string;
  at: number;
  type: string;
  by: string;
  reason: string;
  rollout?: string | undefined;
  verb?: string | undefined;
  host?: string | undefined;
  /** Of a submission: what was asked for. */
  asked?: Asked | undefined;
}

/** A submission, without the content of its bundle, which whoever made it still has. */
export interface Asked {
  title: string;
  bundle: string;
  hosts: number;
  ticket?: string | null | undefined;
  targets?: unknown;
  strategy?: unknown;
  checks?: unknown;
  expect?: unknown;
}

/** More than this of a submission is left out, so that what is kept has a bound. */
const LARGEST_ASKED = 16_384;

/** What people did, by the events of one write: every event that says who did it is somebody's act. */
export function actsIn(events: readonly LoggedEvent[], rollouts: readonly Rollout[]): Act[] {
  return events.flatMap((event): Act[] => {
    if (!('by' in event)) return [];
    const { seq, hash, at, type, by } = event;
    const reason = 'reason' in event ? event.reason : '';
    const rollout = 'rollout' in event ? event.rollout : undefined;
    const born = type === 'rollout.submitted' ? rollouts.find(({ id }) => id === rollout) : undefined;
    return [
      {
        seq,
        hash,
        at,
        type,
        by,
        reason,
        ...(rollout !== undefined && { rollout }),
        ...('verb' in event && { verb: event.verb }),
        ...('host' in event && { host: event.host }),
        ...(born && { asked: asked(born) }),
      },
    ];
  });
}

function asked(rollout: Rollout): Asked {
  const { title, bundle, ticket, targets, strategy, checks, expect } = rollout;
  const short = { title, bundle, hosts: Object.keys(rollout.hosts).length };
  const whole = { ...short, ticket, targets, strategy, checks, expect };
  return JSON.stringify(whole).length <= LARGEST_ASKED ? whole : short;
}
