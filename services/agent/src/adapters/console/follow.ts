import { type Clock, formatDuration, sleep } from '@breakwater/shared';
import { EXIT } from '../../core/console.ts';
import type { ChangeStatus } from '../../core/console-status.ts';
import type { Operated } from './interface.ts';

const LOOK_EVERY_MS = 100;
/** The agent itself says when going back takes too long; this is for an agent that says nothing more. */
const PATIENCE_MS = 300_000;

/** How a revert ended, as far as it could be followed. */
export interface Followed {
  exit: number;
  phase: string | null;
  text: string;
}

/** Follows a revert until the old answers are back or the agent says that they do not come. @param tell hears each step */
export async function follow(agent: Operated, clock: Clock, tell: (line: string) => void): Promise<Followed> {
  const startedAt = clock.monotonic();
  let told = '';
  while (clock.monotonic() - startedAt < PATIENCE_MS) {
    const { change, journal } = await agent.status();
    const newest = journal.at(-1);
    const took = formatDuration(clock.monotonic() - startedAt);
    if (newest !== undefined && `${newest.seq}` !== told) tell(`  ${newest.type} (${took})\n`);
    told = `${newest?.seq}`;
    const end = endOf(change, took);
    if (end !== null) return end;
    await sleep(clock, LOOK_EVERY_MS);
  }
  return {
    exit: EXIT.notGood,
    phase: null,
    text: 'It is still going back; look again with `breakwater-agent status`.',
  };
}

function endOf(change: ChangeStatus | null, took: string): Followed | null {
  const phase = change?.phase ?? null;
  if (phase === 'reverted')
    return {
      exit: EXIT.good,
      phase,
      text: `The previous generation runs, and its answers are back (${took}).`,
    };
  if (phase !== 'revertFailed') return null;
  const text =
    "The old answers are not back yet. The running agent goes on trying; read the daemon's log, " +
    'see `breakwater-agent verify`, and have it tried at once with `breakwater-agent revert`.';
  return { exit: EXIT.notGood, phase, text };
}
