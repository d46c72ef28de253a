import type { Page, Report } from '@breakwater/shared';
import type { DomainEvent } from './event.ts';
import { holdEvents, WAITS } from './hold.ts';
import { type HostRow, type Rollout, type Wave, waveName, waveOf } from './rollout.ts';
import type { Input } from './input.ts';
import { HOST_TRANSITIONS, ROLLOUT_TRANSITIONS, WAVE_TRANSITIONS } from './transitions.ts';

/**
 * Says what a decision changed, by comparing before and after: an event cannot be forgotten, and none can be
 * logged that is not so. A change that the tables do not allow is a bug and is never saved.
 * @throws when a transition is not in the tables.
 */
export function eventsBetween(
  before: Rollout,
  after: Rollout,
  input: Input,
  pages: readonly Page[],
): DomainEvent[] {
  const rollout = after.id;
  const rows = Object.values(after.hosts).flatMap((row) => {
    const old = before.hosts[row.id];
    return old && old !== row ? [{ old, row, effect: isEffect(old, row, input) }] : [];
  });
  const hosts = (effect: boolean): DomainEvent[] =>
    rows.filter((one) => one.effect === effect).flatMap(({ old, row }) => hostEvents(after, old, row, input));
  const vantage = vantageEvents(before, after);
  const found = vantage.filter(({ type }) => type === 'vantage.reported');
  const asked = vantage.filter(({ type }) => type === 'vantage.asked');
  const told = pages.map((page) => ({ type: 'page.queued', rollout, page }) as const);
  return [
    ...inputEvents(before, after, input),
    ...found,
    ...hosts(false),
    ...gateEvents(before, after),
    ...holdEvents(before, after),
    ...courseEvents(before, after),
    ...waitingEvents(before, after),
    ...hosts(true),
    ...asked,
    ...told,
  ];
}

/**
 * Whether the decision itself moved a host, rather than news about it: whoever reads the log finds the cause first, then
 * what became of wave and rollout, then the hosts that were sent somewhere because of it.
 */
function isEffect(old: HostRow, row: HostRow, input: Input): boolean {
  const fromIt = input.type === 'reports' && input.host === row.id;
  const failed = old.failure === null && row.failure !== null;
  const leftOut = old.state !== 'skipped' && row.state === 'skipped';
  return !fromIt && !failed && !leftOut;
}

/** A rollout begins to run before its wave does, and ends or stops because of one. */
function courseEvents(before: Rollout, after: Rollout): DomainEvent[] {
  const waves = after.waves.flatMap((wave, index) => {
    const old = before.waves[index];
    return old && old.state !== wave.state ? [waveEvent(after, old, wave)] : [];
  });
  if (before.state === after.state) return waves;
  const { id: rollout } = after;
  assertLegal('rollout', rollout, before.state, after.state, ROLLOUT_TRANSITIONS[before.state]);
  const { verdict, code, reason } = after.verdict;
  const why = { verdict, code, reason };
  const moved = {
    type: 'rollout.state',
    rollout,
    from: before.state,
    to: after.state,
    verdict: why,
  } as const;
  const starts = after.state === 'running' || after.state === 'preflighting';
  return starts ? [moved, ...waves] : [...waves, moved];
}

function inputEvents(before: Rollout, after: Rollout, input: Input): DomainEvent[] {
  const rollout = after.id;
  if (input.type === 'command' && before !== after) {
    const { verb, by, reason, host } = input.command;
    return [{ type: 'rollout.command', rollout, verb, by, reason, ...(host === null ? {} : { host }) }];
  }
  if (input.type === 'pageDelivered') {
    return [{ type: 'page.delivered', rollout, page: input.page, channel: input.channel }];
  }
  return [];
}

function hostEvents(rollout: Rollout, old: HostRow, row: HostRow, input: Input): DomainEvent[] {
  const place = { rollout: rollout.id, wave: waveName(waveOf(rollout, row.id)), host: row.id };
  if (old.state !== row.state) {
    assertLegal('host', row.id, old.state, row.state, HOST_TRANSITIONS[old.state]);
    const verdict = row.verdict === null ? {} : { verdict: row.verdict };
    return [{ type: 'host.state', ...place, from: old.state, to: row.state, ...verdict }];
  }
  if (!old.confirming && row.confirming) {
    return [{ type: 'host.confirming', ...place, vantage: [...(rollout.vantage[row.id]?.passed ?? [])] }];
  }
  const last: Report | undefined = input.type === 'reports' ? input.reports.at(-1) : undefined;
  return last ? [{ type: 'host.reported', ...place, state: last.state, verdict: last.verdict }] : [];
}

/** Said when the reason changes: a rollout may wait for hours, and is looked at every second. */
function waitingEvents(before: Rollout, after: Rollout): DomainEvent[] {
  const { verdict, code, reason, wave = '' } = after.verdict;
  const waits = WAITS.includes(code);
  const same = before.verdict.code === code && before.verdict.reason === reason;
  const goesOn = before.verdict.code === 'waiting' && code === 'wave_running' && before.state === after.state;
  if (same || (!waits && !goesOn)) return [];
  return [{ type: 'rollout.waiting', rollout: after.id, wave, verdict: { verdict, code, reason } }];
}

/** Who was asked to ask, and what was heard from them that is new. */
function vantageEvents(before: Rollout, after: Rollout): DomainEvent[] {
  if (before.vantage === after.vantage) return [];
  return Object.values(after.hosts).flatMap((row) => {
    const [old, watch] = [before.vantage[row.id], after.vantage[row.id]];
    if (!watch || watch === old) return [];
    const place = { rollout: after.id, wave: waveName(waveOf(after, row.id)), host: row.id };
    const known = [...(old?.letGo ?? []), ...(old?.points ?? [])];
    return [...watch.letGo, ...watch.points].flatMap((point): DomainEvent[] => {
      const same = known.find(({ host, since }) => host === point.host && since === point.since);
      if (!same) return [{ type: 'vantage.asked', ...place, point: point.host }];
      if (same.verdict === point.verdict) return [];
      return [{ type: 'vantage.reported', ...place, point: point.host, verdict: point.verdict }];
    });
  });
}

/** Which gates are measured now, and what was measured. */
function gateEvents(before: Rollout, after: Rollout): DomainEvent[] {
  if (before.gates === after.gates) return [];
  return Object.entries(after.gates).flatMap(([wave, records]) =>
    records.flatMap(({ gate, phase, begunAt, at, verdict }): DomainEvent[] => {
      const old = before.gates[wave]?.find(
        (one) => one.gate === gate && one.phase === phase && one.begunAt === begunAt,
      );
      const place = { rollout: after.id, wave, gate, phase };
      if (!old) return [{ type: 'gate.begun', ...place }];
      if (old.at === at) return [];
      const news = verdict.verdict === 'fail' || verdict.verdict !== old.verdict.verdict;
      return [{ type: 'gate.measured', ...place, verdict, news }];
    }),
  );
}

function waveEvent(rollout: Rollout, old: Wave, wave: Wave): DomainEvent {
  assertLegal('wave', waveName(wave), old.state, wave.state, WAVE_TRANSITIONS[old.state]);
  return { type: 'wave.state', rollout: rollout.id, wave: waveName(wave), from: old.state, to: wave.state };
}

function assertLegal<S extends string>(
  what: string,
  name: string,
  from: S,
  to: S,
  legal: readonly S[],
): void {
  if (!legal.includes(to)) throw new Error(`${what} ${name} may not go from ${from} to ${to}`);
}
