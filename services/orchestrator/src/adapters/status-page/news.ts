import { haltPlace, isUntouched, mayHaveChanged } from '../../core/halt-words.ts';
import type { HostRow, Rollout } from '../../core/rollout.ts';
import type { FleetSight } from './sight.ts';
import { isStray } from './stray.ts';
import { count, sentence, timeText, type Tone } from './words.ts';

/** One thing that a person should know, in plain words. */
export interface News {
  tone: Tone;
  text: string;
  /** The rollout that it is about. */
  about?: string;
}

/** Everything that is not as usual, the most urgent first; what is under way comes after what is wrong. */
export function newsOf(sight: FleetSight, now: number): News[] {
  const unsafe = sight.unready.filter(isSafeMode);
  const others = sight.unready.filter((reason) => !isSafeMode(reason));
  const inState = (...states: Rollout['state'][]): News[] =>
    sight.live
      .filter(({ state }) => states.includes(state))
      .map((rollout) => ({ about: rollout.id, ...rolloutNews(rollout) }));
  return [
    ...unsafe.map((reason): News => ({ tone: 'bad', text: `SAFE MODE: ${safeModeText(reason)}` })),
    ...inState('halted'),
    ...others.map((reason): News => ({ tone: 'bad', text: `NOT READY: ${sentence(reason)}` })),
    ...lineNews(sight, now),
    ...emergencyNews(sight, now),
    ...inState('rollingBack', 'awaitingApproval', 'paused'),
    ...hostNews(sight),
    ...strayNews(sight),
    ...inState('running', 'preflighting', 'planned'),
    ...freezeNews(sight, now),
  ];
}

/** The one line that says how things are. */
export function headline(sight: FleetSight, now: number): News {
  return newsOf(sight, now)[0] ?? quiet(sight);
}

function quiet({ hosts }: FleetSight): News {
  const healthy = hosts.filter(({ availability }) => availability === 'healthy').length;
  if (hosts.length === 0) return { tone: 'quiet', text: 'No host is enrolled yet.' };
  return { tone: 'good', text: `All quiet: ${healthy} of ${count(hosts.length, 'host')} healthy.` };
}

const SAFE_MODE = 'safe mode (';
const isSafeMode = (reason: string): boolean => reason.startsWith(SAFE_MODE);

function safeModeText(reason: string): string {
  const why = sentence(reason.slice(reason.indexOf(':') + 2));
  return `the store is not believed: ${why} Nothing is granted or written. Put the right store back, or type: breakwater-orchestrator accept-store`;
}

/** What is to be said of a rollout before anything else. */
export function rolloutNews(rollout: Rollout): News {
  const { id, state, verdict, title } = rollout;
  const reason = sentence(verdict.reason);
  switch (state) {
    case 'halted':
      return {
        tone: 'bad',
        text: `HALTED: ${[id, haltPlace(rollout, verdict)].join(' ').trim()} — ${reason} ${whatHolds(rollout)} ${decide(rollout)}`,
      };
    case 'rollingBack':
      return { tone: 'bad', text: `ROLLING BACK: ${id} “${title}” — ${reason} ${progressOf(rollout)}` };
    case 'awaitingApproval':
      return {
        tone: 'busy',
        text: `WAITS FOR APPROVAL: ${id} “${title}” — ${reason} ${progressOf(rollout)}`,
      };
    case 'paused':
      return { tone: 'busy', text: `PAUSED: ${id} “${title}” — ${reason} ${progressOf(rollout)}` };
    case 'planned':
      return { tone: 'busy', text: `Waits to begin: ${id} “${title}” — ${reason}` };
    case 'preflighting':
      return { tone: 'busy', text: `Proving offline: ${id} “${title}” — no live host is touched yet.` };
    case 'running':
      return {
        tone: 'busy',
        text: `Rolling out: ${id} “${title}” — ${waveText(rollout)}${progressOf(rollout)}`,
      };
    case 'rolledBack':
      return { tone: 'quiet', text: `Rolled back: ${id} — ${reason} ${progressOf(rollout)}` };
    case 'aborted':
      return { tone: 'quiet', text: `Aborted: ${id} — ${reason} ${progressOf(rollout)}` };
    case 'succeeded':
      return { tone: 'good', text: `Succeeded: ${id} — ${progressOf(rollout)}` };
    default:
      return state satisfies never;
  }
}

/** What a halt has left behind: the host that caused it, and those that keep the change. */
function whatHolds(rollout: Rollout): string {
  const rows = Object.values(rollout.hosts);
  const row = rows.find(({ id }) => id === rollout.verdict.host);
  const kept = rows.filter(({ changed }) => changed).length;
  if (isUntouched(rollout)) return 'Nothing live was touched.';
  const others =
    kept === 0
      ? 'No host keeps the change.'
      : `${count(kept, 'host')} still ${kept === 1 ? 'keeps' : 'keep'} the change.`;
  return row ? `${hostHolds(row)} ${others}` : others;
}

function hostHolds({ state, changed }: HostRow): string {
  if (state === 'reverted') return 'The host is back on its old configuration.';
  if (state === 'revertFailed') return 'The host could NOT go back by itself: somebody has to look at it.';
  if (state === 'lost') return 'Nothing is heard from the host.';
  if (state !== 'failed' && state !== 'reverting') return '';
  return changed ? 'The host keeps the change.' : 'The host is going back to its old configuration.';
}

function decide(rollout: Rollout): string {
  if (rollout.verdict.code === 'rollback_incomplete') return 'Decide: roll back again, or abort.';
  return mayHaveChanged(rollout) ? 'Decide: roll back, abort or resume.' : 'Decide: abort or resume.';
}

function waveText({ waves }: Rollout): string {
  const at = waves.findIndex(({ state }) => state !== 'passed' && state !== 'skipped');
  const wave = waves[at];
  if (!wave) return '';
  const name = wave.datacenter === null ? wave.kind : `${wave.kind} ${wave.datacenter}`;
  return `wave ${at + 1} of ${waves.length} (${name}). `;
}

function progressOf({ hosts }: Rollout): string {
  const rows = Object.values(hosts);
  return `${rows.filter(({ changed }) => changed).length} of ${count(rows.length, 'host')} keep the change.`;
}

function lineNews({ line }: FleetSight, now: number): News[] {
  if (!line.stopped) return [];
  const since = line.since === null ? '' : ` since ${timeText(line.since, now)}`;
  const why = sentence(line.reason ?? 'no reason was given');
  return [
    {
      tone: 'bad',
      text: `THE LINE IS STOPPED${since}: ${why} No rollout takes a further host, emergencies included. To go on: breakwater line start --reason "…"`,
    },
  ];
}

function emergencyNews({ live }: FleetSight, now: number): News[] {
  return live.flatMap(({ id, title, state, emergency }): News[] => {
    const over = state === 'succeeded' || state === 'rolledBack' || state === 'aborted';
    if (emergency === null || over) return [];
    const { incident, expiresAt } = emergency;
    const until = `it takes no host after ${timeText(expiresAt, now)}`;
    return [
      { tone: 'bad', text: `EMERGENCY ${incident}: ${id} “${title}” is under way; ${until}.`, about: id },
    ];
  });
}

const NAMED = 4;

function hostNews({ hosts }: FleetSight): News[] {
  const bad = hosts.filter(({ availability }) => availability !== 'healthy');
  if (bad.length === 0) return [];
  const named = bad
    .slice(0, NAMED)
    .map(({ id, availability }) => `${id} (${availability === 'unknown' ? 'not heard' : 'unhealthy'})`);
  const more = bad.length > NAMED ? ` and ${bad.length - NAMED} more` : '';
  const text = `${bad.length} of ${count(hosts.length, 'host')} ${bad.length === 1 ? 'is' : 'are'} not healthy: ${named.join(', ')}${more}.`;
  return [{ tone: 'bad', text }];
}

function strayNews({ hosts, live }: FleetSight): News[] {
  const strays = hosts.filter((host) => isStray(host, live)).map(({ id }) => id);
  if (strays.length === 0) return [];
  const more = strays.length > NAMED ? ` and ${strays.length - NAMED} more` : '';
  const run = strays.length === 1 ? 'runs' : 'run';
  const text = `${count(strays.length, 'host')} ${run} another configuration than declared: ${strays.slice(0, NAMED).join(', ')}${more}.`;
  return [{ tone: 'bad', text }];
}

function freezeNews({ line }: FleetSight, now: number): News[] {
  if (line.frozen === null) return [];
  const { name, until } = line.frozen;
  return [
    {
      tone: 'quiet',
      text: `Frozen by “${name}” until ${timeText(until, now)}: no ordinary rollout begins or takes a further host.`,
    },
  ];
}
