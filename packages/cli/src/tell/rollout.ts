import type { Rollout, Wave } from '../api/api.ts';
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

/** How far it is: "wave 2 of 5 (datacenter ams), 3 of 12 hosts keep the change". */
export function howFar(rollout: Rollout): string {
  const wave = currentWave(rollout);
  const hosts = hostsOf(rollout);
  const kept = hosts.filter(({ state }) => state === 'confirmed').length;
  const keeping = `${kept} of ${count(hosts.length, 'host')} ${kept === 1 ? 'keeps' : 'keep'} the change`;
  if (wave === undefined) return keeping;
  return `wave ${rollout.waves.indexOf(wave) + 1} of ${rollout.waves.length} (${waveName(wave)}), ${keeping}`;
}

/** What decided its state, and where. */
export function why({ verdict }: Rollout): string {
  const at = [verdict.wave && `wave ${verdict.wave}`, verdict.host && `host ${verdict.host}`].filter(Boolean);
  const place = at.length > 0 ? ` (${at.join(', ')})` : '';
  return `${sentence(oneLine(verdict.reason)).replace(/\.$/, '')}${place}.`;
}

/** What a person can do about it now, as commands. */
export function choices(rollout: Rollout): string[] {
  const { id, state } = rollout;
  const command = (verb: string, about: string): string =>
    `breakwater ${verb} ${id} --reason "…"`.padEnd(44) + about;
  switch (state) {
    case 'halted':
      return [
        command('rollback', 'take the change back everywhere'),
        command('resume', 'prove it again on the rest, after the cause is mended'),
        command('abort', 'end it; hosts that keep the change stay so'),
      ];
    case 'awaitingApproval':
      return [command('approve', 'let the wave go ahead (not the submitter)'), command('abort', 'end it')];
    case 'paused':
      return [
        command('resume', 'go on'),
        command('rollback', 'take the change back'),
        command('abort', 'end it'),
      ];
    case 'planned':
    case 'preflighting':
    case 'running':
      return [command('pause', 'take no further host'), command('rollback', 'take the change back')];
    case 'rollingBack':
      return [`breakwater watch ${id}`.padEnd(44) + 'follow it'];
    case 'rolledBack':
    case 'aborted':
    case 'succeeded':
      return [];
    default:
      return state satisfies never;
  }
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
