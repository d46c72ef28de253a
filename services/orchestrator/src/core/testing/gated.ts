import { fail, inconclusive, noData, pass, type Verdict } from '@breakwater/shared';
import { dueGates } from '../gates.ts';
import { waveName } from '../rollout.ts';
import { Drive } from './drive.ts';
import { evenFleet, rolloutOver } from './fleet.ts';

export const GOOD = pass('condition_met', '0 < 1');
export const BAD = fail('condition_missed', '2 is not < 1');
export const NOTHING = noData('query_no_data', 'the query found nothing');
export const UNCLEAR = inconclusive('query_incomplete', 'partial data');

export const SOAK = 60_000;
const GATE = {
  kind: 'prometheus',
  name: 'errors',
  query: 'errors_total',
  condition: { is: '<', value: 1 },
};

/** A rollout over six hosts in two datacenters with one gate; each wave soaks for a minute. */
export function gated(gate: Record<string, unknown>, strategy: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams', 'fra'], 3);
  const soak = { soak: '1m' };
  const gates = [{ ...GATE, ...gate }];
  const all = {
    vantage: 0,
    canary: soak,
    datacenters: soak,
    global: soak,
    maxUnavailable: '50%',
    applyDeadline: '20m',
    gates,
  };
  return new Drive(rolloutOver(fleet, { strategy: { ...all, ...strategy } }), fleet);
}

/** Measures whatever is due, and says so. */
export function measure(drive: Drive, verdict: Verdict): number {
  const due = dueGates(drive.rollout, drive.now);
  for (const { gate, wave, phase } of due) {
    const measurement = { wave: waveName(wave), gate: gate.name, phase, at: drive.now, verdict };
    drive.put({ type: 'measured', measurement });
  }
  return due.length;
}

/** Time passes in seconds; what is due is measured. */
export function pace(drive: Drive, seconds: number, verdict: Verdict | null): Drive {
  for (let second = 0; second < seconds; second += 1) {
    drive.wait(1000);
    if (verdict !== null) measure(drive, verdict);
  }
  return drive;
}

export function soaking(drive: Drive): Drive {
  const [canary = ''] = drive.preflight().inState('applying');
  return drive.report(canary, 'applying').report(canary, 'verifying').report(canary, 'soaking');
}

export const canaryOf = (drive: Drive): string => drive.rollout.waves[0]?.hosts[0] ?? '';
