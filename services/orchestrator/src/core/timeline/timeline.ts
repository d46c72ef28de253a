import type { LoggedEvent } from '../event.ts';
import { type Rollout, type Wave, waveName } from '../rollout.ts';
import { type ChangedFile, type Changes, changesOf } from './changes.ts';
import { type Decided, decidedBy } from './decided.ts';
import { type Gap, gapsIn } from './gaps.ts';
import { type KeyTime, keyTimes } from './key-times.ts';
import { sentence } from './sentence.ts';
import { type Served, servedWrongly } from './served.ts';
import { summaryOf } from './summary.ts';

export interface WaveTime {
  wave: string;
  state: Wave['state'];
  startedAt: number | null;
  endedAt: number | null;
  hosts: number;
}

/** The story of a rollout. Times are wall-clock milliseconds. */
export interface Timeline {
  summary: string;
  key: readonly KeyTime[];
  changes: Changes;
  decided: Decided | null;
  served: Served;
  gaps: readonly Gap[];
  waves: readonly WaveTime[];
  entries: readonly { at: number; text: string }[];
}

/**
 * Tells a rollout for an incident review: what changed, what happened, to which wave, who was hit and for how long, which rule
 * decided, and what nobody knows. People appear by their role in it and never by name, and the cause is looked for in the
 * system: the question is what happened, and not who did it.
 * @param files what the store says of the files that were changed.
 */
export function tell(
  rollout: Rollout,
  events: readonly LoggedEvent[],
  files: readonly ChangedFile[] | null,
): Timeline {
  const changes = changesOf(rollout, events, files);
  const decided = decidedBy(rollout, events);
  const served = servedWrongly(rollout);
  const gaps = gapsIn(rollout, events);
  return {
    summary: summaryOf(rollout, { changes, decided, served, gaps }),
    key: keyTimes(rollout, events, served),
    changes,
    decided,
    served,
    gaps,
    waves: rollout.waves.map((wave) => waveTime(wave, events)),
    entries: events.flatMap((event) => {
      const text = sentence(event, rollout);
      return text === null ? [] : [{ at: event.at, text }];
    }),
  };
}

function waveTime(wave: Wave, events: readonly LoggedEvent[]): WaveTime {
  const name = waveName(wave);
  const over = wave.state === 'passed' || wave.state === 'failed' || wave.state === 'skipped';
  const end = events.findLast(
    (event) => event.type === 'wave.state' && event.wave === name && event.to === wave.state,
  );
  const endedAt = over ? (end?.at ?? null) : null;
  return {
    wave: name,
    state: wave.state,
    startedAt: wave.startedAt,
    endedAt,
    hosts: wave.hosts.length,
  };
}
