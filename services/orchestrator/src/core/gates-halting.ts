import { fail, formatDuration, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
import type { GateRecord } from './gate-record.ts';
import { type OpenGate, openGates, recordOf, silentAt } from './gates.ts';
import type { Rollout, Wave } from './rollout.ts';

/** What a gate says against its wave. */
interface GateFinding {
  cause: 'gateFails' | 'gateUnclear';
  wave: Wave;
  verdict: Verdict;
}

const LONGEST_REASON = 2000;

/**
 * Gates that speak against going on: those that have missed their condition more often than is tolerated, and those that
 * have told neither pass nor fail for so long that nobody knows.
 */
export function gateFindings(rollout: Rollout, context: Context): GateFinding[] {
  return openGates(rollout).flatMap((open): GateFinding[] => {
    const record = recordOf(rollout, open);
    if (record === undefined) return [];
    if (record.misses > open.gate.tolerate)
      return [{ cause: 'gateFails', wave: open.wave, verdict: missed(open, record) }];
    if (context.now < silentAt(rollout, open, context)) return [];
    return [{ cause: 'gateUnclear', wave: open.wave, verdict: unclear(open, record) }];
  });
}

function missed({ gate }: OpenGate, { misses, verdict }: GateRecord): Verdict {
  const often = misses === 1 ? '' : ` (missed ${misses} times, ${gate.tolerate} are tolerated)`;
  return fail('gate_failed', `gate ${gate.name}: ${verdict.reason}`.slice(0, LONGEST_REASON - 100) + often);
}

function unclear({ gate }: OpenGate, { verdict }: GateRecord): Verdict {
  const reason = `gate ${gate.name} has told neither pass nor fail for more than ${formatDuration(gate.deadline)}: ${verdict.reason}`;
  return fail('gate_unclear', reason.slice(0, LONGEST_REASON));
}
