import type { Rollout, Wave } from '../api/api.ts';
import { whatHolds } from './aftermath.ts';
import { choices } from './choices.ts';
import { count, oneLine, sentence } from '../io/text.ts';

/** What a wave is called in commands, events and pages. */
export function waveName({ kind, datacenter }: Pick<Wave, 'kind' | 'datacenter'>): string {
  return kind === 'datacenter' ? `datacenter ${datacenter ?? ''}` : kind;
}

/** States in which nothing more happens unless a person decides. */
const STANDING: ReadonlySet<Rollout['state']> = new Set(['succeeded', 'rolledBack', 'aborted', 'halted']);

/** Whether it is over for good. */
export function isEnded({ state }: Pick<Rollout, 'state'>): boolean {
  return STANDING.has(state) && state !== 'halted';
}

export function isStanding({ state }: Pick<Rollout, 'state'>): boolean {
  return STANDING.has(state);
}

export function hostsOf(rollout: Pick<Rollout, 'waves'>): Wave['hosts'] {
  return rollout.waves.flatMap((wave) => wave.hosts);
}

/** Hosts that are on their way, one way or the other. One that failed before its wave began has changed nothing. */
export function inFlight(rollout: Pick<Rollout, 'waves'>): string[] {
  return rollout.waves.flatMap((wave) =>
    wave.hosts
      .filter(({ state }) => MOVING.has(state) || (state === 'failed' && wave.state !== 'pending'))
      .map(({ id }) => id),
  );
}

const MOVING: ReadonlySet<string> = new Set(['applying', 'verifying', 'soaking', 'reverting']);

/** The wave that is next to be worked on, or being worked on. */
export function currentWave(rollout: Pick<Rollout, 'waves'>): Wave | undefined {
  return rollout.waves.find(({ state }) => state !== 'passed' && state !== 'skipped');
}

/** Until a wave begins, hosts only try the change offline. */
function noneBegan({ waves }: Pick<Rollout, 'waves'>): boolean {
  return waves.every(({ state }) => state === 'pending');
}

/** How far it is: "wave 2 of 5 (datacenter ams), 3 of 12 hosts keep the change". */
export function howFar(rollout: Rollout): string {
  const wave = currentWave(rollout);
  const hosts = hostsOf(rollout);
  if (rollout.state === 'halted' && noneBegan(rollout)) {
    const { host } = rollout.verdict;
    return `halted in preflight${host === undefined ? '' : ` at ${host}`}: nothing live was touched`;
  }
  const kept = hosts.filter(({ state }) => state === 'confirmed').length;
  const keeping = `${kept} of ${count(hosts.length, 'host')} ${kept === 1 ? 'keeps' : 'keep'} the change`;
  if (wave === undefined) return keeping;
  if (noneBegan(rollout)) return `none of ${count(rollout.waves.length, 'wave')} has begun, ${keeping}`;
  return `wave ${rollout.waves.indexOf(wave) + 1} of ${rollout.waves.length} (${waveName(wave)}), ${keeping}`;
}

/** What decided its state, where the reason does not say it itself, and what a halt has left behind. */
export function why(rollout: Rollout): string {
  const { verdict } = rollout;
  const begun = !noneBegan(rollout);
  const at = [
    begun && verdict.wave && !verdict.reason.includes(`wave ${verdict.wave}`) && `wave ${verdict.wave}`,
    verdict.host && !verdict.reason.includes(verdict.host) && `host ${verdict.host}`,
  ].filter((one) => typeof one === 'string');
  const place = at.length > 0 ? ` (${at.join(', ')})` : '';
  const reason = `${sentence(oneLine(verdict.reason)).replace(/\.$/, '')}${place}.`;
  return rollout.state === 'halted' && begun ? `${reason} ${whatHolds(rollout)}` : reason;
}

/** What a state means, after the name of the rollout. */
export const HEADLINES: Readonly<Record<Rollout['state'], string>> = {
  planned: 'waits to begin',
  preflighting: 'is being proved offline on every host; nothing live is touched yet',
  awaitingApproval: 'waits for approval',
  running: 'is running',
  paused: 'is paused by a person',
  halted: 'has halted and waits for a decision',
  rollingBack: 'is being rolled back',
  rolledBack: 'was rolled back',
  aborted: 'was aborted',
  succeeded: 'has succeeded',
};

/** One line in plain words. */
export function headline(rollout: Rollout): string {
  const { id, state, title } = rollout;
  const urgent = rollout.emergency === null ? '' : `EMERGENCY ${rollout.emergency.incident}: `;
  const wave = currentWave(rollout);
  const of =
    state === 'awaitingApproval' && wave
      ? ` of its ${waveName(wave)} wave (${count(wave.hosts.length, 'host')})`
      : '';
  return `${urgent}${id} "${oneLine(title)}" ${HEADLINES[state]}${of}`;
}

/** A rollout for a person: what it is, how far, why, and what can be done. */
export function rolloutLines(rollout: Rollout): string[] {
  return [
    `${headline(rollout)}.`,
    `  ${howFar(rollout)}`,
    `  ${why(rollout)}`,
    ...choices(rollout).map((choice) => `  ${choice}`),
  ];
}
