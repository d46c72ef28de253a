import { fail, formatDuration, type LocatedVerdict, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
import type { GateRecord } from './gate-record.ts';
import { type OpenGate, openGates, recordOf, silentAt } from './gates.ts';
import { type Rollout, waveName } from './rollout.ts';

const LONGEST_REASON = 2000;

/**
 * What a gate says against the rollout: it has missed its condition more often than the strategy tolerates, or has told
 * neither pass nor fail for so long that nobody knows. `null` while neither is so.
 */
export function gateCause(rollout: Rollout, context: Context): LocatedVerdict | null {
  for (const open of openGates(rollout)) {
    const record = recordOf(rollout, open);
    const verdict = record && (missed(open, record) ?? silence(rollout, open, record, context));
    if (verdict) {
      const reason = `gate ${open.gate.name}: ${verdict.reason}`.slice(0, LONGEST_REASON);
      return { ...verdict, reason, wave: waveName(open.wave) };
    }
  }
  return null;
}

function missed({ gate }: OpenGate, { misses, verdict }: GateRecord): Verdict | null {
  if (misses <= gate.tolerate) return null;
  const often = misses === 1 ? '' : ` (missed ${misses} times, ${gate.tolerate} are tolerated)`;
  return fail('gate_failed', `${verdict.reason}${often}`);
}

function silence(rollout: Rollout, open: OpenGate, record: GateRecord, context: Context): Verdict | null {
  if (context.now < silentAt(rollout, open, context)) return null;
  const within = formatDuration(open.gate.deadline);
  return fail('gate_unclear', `told neither pass nor fail for more than ${within}: ${record.verdict.reason}`);
}
