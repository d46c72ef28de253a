import { type LocatedVerdict, pending } from '@breakwater/shared';
import { whyNot } from './budget.ts';
import type { Context } from './context.ts';
import { inFlight } from './host-row.ts';
import { type Rollout, rowsOf, waveName } from './rollout.ts';
import { currentWave } from './waves.ts';

/**
 * Why a running rollout stands still, or `null`. While hosts of its own are in flight the others wait for them as
 * they should, and nobody needs to be told.
 */
function standstill(rollout: Rollout, context: Context): LocatedVerdict | null {
  const wave = currentWave(rollout);
  if (wave === null || wave.startedAt === null || Object.values(rollout.hosts).some(inFlight)) return null;
  const waits = rowsOf(rollout, wave).find((row) => row.state === 'ready');
  const why = waits && whyNot(rollout, waits, context);
  if (!waits || !why) return null;
  const told = pending('waiting', `waits: ${why}`.slice(0, 2000));
  return { ...told, host: waits.id, wave: waveName(wave) };
}

/** Makes the verdict of a running rollout say why it waits, for as long as it does. */
export function sayWhyItWaits(rollout: Rollout, context: Context): Rollout {
  if (rollout.state !== 'running') return rollout;
  const { verdict } = rollout;
  const why = standstill(rollout, context);
  if (why !== null) {
    const told = verdict.code === why.code && verdict.reason === why.reason && verdict.host === why.host;
    return told ? rollout : { ...rollout, verdict: why };
  }
  if (verdict.code !== 'waiting') return rollout;
  const wave = currentWave(rollout);
  const name = wave === null ? {} : { wave: waveName(wave) };
  return {
    ...rollout,
    verdict: { ...pending('wave_running', `wave ${name.wave ?? ''} goes on`), ...name },
  };
}
