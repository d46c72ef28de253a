import { isSettled } from './assignment.ts';
import type { Context } from './context.ts';
import { lossOf } from './deadlines.ts';
import { expiryOf } from './emergency.ts';
import { gateTimes } from './gates.ts';
import { progressEnd, WATCHED } from './halting.ts';
import type { Rollout } from './rollout.ts';
import { currentWave, soakEnd } from './waves.ts';

/** How soon to look again at hosts that wait for room: room can come from outside this rollout, without an event. */
const WAITING_LOOK_MS = 1000;

/** The soonest moment at which time alone could change the decision; `null` when only news can. */
export function nextLook(rollout: Rollout, context: Context): number | null {
  if (isSettled(rollout)) return null;
  const rows = Object.values(rollout.hosts);
  const times: number[] = rows.flatMap((row) => {
    const end = soakEnd(rollout, row);
    // Over, and not confirmed: others, or gates, still have to say that they find it well.
    const due = end <= context.now ? context.now + WAITING_LOOK_MS : end;
    const soak = row.state === 'soaking' && row.soaked && !row.confirming ? [due] : [];
    const loss = lossOf(rollout, row, context);
    return loss === null ? soak : [...soak, loss.at];
  });
  // What is due is being measured; that says itself when it is done.
  times.push(
    ...gateTimes(rollout, context).map((at) => (at <= context.now ? context.now + WAITING_LOOK_MS : at)),
  );
  times.push(...waveTimes(rollout, context));
  const expiry = expiryOf(rollout);
  if (expiry !== null && WATCHED.includes(rollout.state)) times.push(expiry);
  if (rollout.state === 'rollingBack') times.push(context.now + WAITING_LOOK_MS);
  if (rollout.state === 'halted') times.push((rollout.lastPageAt ?? context.now) + context.repageEveryMs);
  // A time that has passed without effect must not make a busy loop.
  const soonest = times.reduce((a, b) => Math.min(a, b), Infinity);
  return soonest === Infinity ? null : Math.max(soonest, context.now + 1);
}

/** When the wave that is next or going on has to be looked at: what it waits for may end without an event. */
function waveTimes(rollout: Rollout, context: Context): number[] {
  if (rollout.state === 'planned') return [waitEnd(rollout, context)];
  const wave = currentWave(rollout);
  if (rollout.state !== 'running' || wave === null) return [];
  if (wave.startedAt === null) return [waitEnd(rollout, context)];
  const late = wave.held === null ? [progressEnd(rollout, wave, wave.startedAt)] : [];
  const waits = wave.hosts.some((id) => rollout.hosts[id]?.state === 'ready');
  return waits ? [...late, context.now + WAITING_LOOK_MS] : late;
}

/** When what keeps a rollout from going on could be over: at the end of a freeze; everything else may end at any moment. */
function waitEnd(rollout: Rollout, { now, thawsAt }: Context): number {
  return rollout.verdict.code === 'frozen' && thawsAt !== null ? thawsAt : now + WAITING_LOOK_MS;
}
