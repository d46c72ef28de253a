import { formatDuration, type Strategy } from '@breakwater/shared';
import { repairs } from './budget.ts';
import { few } from './few.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import { type Place, placesOf, serves } from './places.ts';
import type { PlannedWave, PlanRequest } from './planned.ts';
import { waveName } from './rollout.ts';
import type { Selection } from './targets.ts';

/** What a person should know of a plan before it starts; none of it refuses the plan. */
export function warningsFor(
  { strategy, emergency }: Pick<PlanRequest, 'strategy' | 'emergency'>,
  { hosts, drained }: Selection,
  waves: readonly PlannedWave[],
  fleet: Fleet,
): string[] {
  const out = `left out, since drained: ${few(drained.map((host) => host.id))}`;
  return [
    ...(drained.length > 0 ? [out] : []),
    ...doubts(hosts, strategy, emergency),
    ...placesOf(strategy, hosts, fleet).flatMap((place) => noRoom(place, emergency)),
    ...unsoaked(waves),
    ...tolerance(strategy, waves),
    ...approvals(strategy, waves),
    ...waves.flatMap((wave) => tooSlow(strategy, wave, fleet)),
    ...hasty(strategy, waves),
    ...ownWord(strategy, fleet),
  ];
}

/** One line for all hosts that cannot be counted on: in a fleet that is not heard of, nobody would read one for each. */
function doubts(hosts: readonly FleetHost[], strategy: Strategy, emergency: boolean): string[] {
  const doubtful = hosts.filter((host) => host.availability !== 'healthy');
  const alike = Map.groupBy(doubtful, (host) => doubt(host, strategy, emergency));
  const parts = [...alike].map(([what, some]) => `${what}: ${few(some.map((host) => host.id))}`);
  return parts.length > 0 ? [parts.join('; ')] : [];
}

function doubt(host: FleetHost, { unreachable }: Strategy, emergency: boolean): string {
  const { availability } = host;
  if (repairs(emergency, host))
    return 'unhealthy now, and an emergency takes them all the same, to repair them';
  const skipped = availability === 'unknown' && unreachable === 'skip';
  const then = skipped ? 'leave them out, or halt at a canary,' : 'wait for them, and halt';
  return `${availability} now, and the rollout will ${then} if they stay so`;
}

/** Hosts that are down use the budget up, targeted or not. A place of which nothing but repairs is asked needs none. */
function noRoom({ name, field, atOnce, members, targeted }: Place, emergency: boolean): string[] {
  if (targeted.every((host) => repairs(emergency, host))) return [];
  const down = members.filter((member) => !serves(member)).map((member) => member.id);
  return down.length < atOnce
    ? []
    : [
        `${name}: no host that serves can be taken while ${few(down)} cannot be counted on (${field} allows ${atOnce})`,
      ];
}

function unsoaked(waves: readonly PlannedWave[]): string[] {
  const kinds = new Set(waves.filter((wave) => wave.soakMs === 0).map((wave) => wave.kind));
  return kinds.size > 0 ? [`no soak in: ${[...kinds].join(', ')}; only the first answers are checked`] : [];
}

function tolerance({ failureThreshold }: Strategy, waves: readonly PlannedWave[]): string[] {
  if (failureThreshold === 0) return [];
  const whole = waves.filter((wave) => wave.kind !== 'canary' && wave.hosts.length <= failureThreshold);
  const all = whole.length > 0 ? `, which is every host of: ${few(whole.map(waveName))}` : '';
  return [`up to ${failureThreshold} hosts of each later wave may fail${all}`];
}

function approvals({ approval }: Strategy, waves: readonly PlannedWave[]): string[] {
  if (approval === 'none') return [];
  const planned = waves.map((wave) => wave.kind);
  const vain = approval.before.filter((kind) => !planned.includes(kind));
  return vain.map((kind) => `nobody is asked before a ${kind} wave: this plan has none`);
}

/** The least time that a wave takes: its hosts go through the narrowest place a few at a time, each for its soak. */
function tooSlow(strategy: Strategy, wave: PlannedWave, fleet: Fleet): string[] {
  const hosts = wave.hosts.flatMap((id) => fleet.get(id) ?? []);
  const times = placesOf(strategy, hosts, fleet).map(({ name, atOnce, targeted }) => {
    const here = targeted.length;
    return { name, atOnce, here, least: Math.ceil(here / atOnce) * wave.soakMs };
  });
  const [slowest] = times.toSorted((a, b) => b.least - a.least);
  if (!slowest || slowest.least < strategy.progressDeadline) return [];
  const { name, atOnce, here, least } = slowest;
  const sum = `${here} hosts of ${name}, ${atOnce} at a time, ${formatDuration(wave.soakMs)} of soak each`;
  const halt = `and it halts after ${formatDuration(strategy.progressDeadline)} (progressDeadline)`;
  return [`wave ${waveName(wave)} takes at least ${formatDuration(least)} (${sum}), ${halt}`];
}

/** A host that is slower than this, though within its apply deadline, goes back before it can be confirmed. */
function hasty({ confirmDeadline, applyDeadline }: Strategy, waves: readonly PlannedWave[]): string[] {
  const soak = Math.max(...waves.map((wave) => wave.soakMs));
  const left = confirmDeadline - soak;
  if (left >= applyDeadline) return [];
  const why = `confirmDeadline ${formatDuration(confirmDeadline)} less ${formatDuration(soak)} of soak`;
  return [
    `a host that does not answer and is not vouched for within ${formatDuration(left)} goes back (${why})`,
  ];
}

/** What a host says of itself is not all: a configuration can answer its own host and refuse the world. */
function ownWord({ vantage }: Strategy, fleet: Fleet): string[] {
  if (vantage === 0) return ['no other host asks a changed one (vantage is 0): its own word is enough'];
  const others = Math.max(0, fleet.size - 1);
  if (others >= vantage) return [];
  return others === 0
    ? ['the fleet has no other host that could ask the changed one: its own word is enough']
    : [`only ${others} other hosts can ask a changed one, not ${vantage}`];
}
