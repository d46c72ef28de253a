import { formatDuration, type Verdict } from '@breakwater/shared';
import { EXIT } from '../../core/console.ts';
import type { ConsoleStatus } from '../../core/console-status.ts';
import { short } from '../../core/drift.ts';
import type { Phase } from '../../core/transitions.ts';
import type { Finding } from './interface.ts';

/** What status says with its exit code: whether a person has to do something, or has to wait. */
export function statusExit({ health, change, drift, generation, journalDamage }: ConsoleStatus): number {
  const good =
    journalDamage === null &&
    health.verdict === 'pass' &&
    generation !== null &&
    change?.pending !== true &&
    (drift?.kind ?? 'none') === 'none';
  return good ? EXIT.good : EXIT.notGood;
}

/** The status as text. */
export function statusText(status: ConsoleStatus): string {
  const { host, agent, daemon, health, drift, journal, journalDamage } = status;
  const lines = [
    ['host', host],
    [
      'agent',
      agent === null ? 'does not run; this command looked for itself' : `runs (process ${agent.pid})`,
    ],
    ['live', liveText(status)],
    ['known good', status.lastKnownGood === null ? 'none yet' : short(status.lastKnownGood)],
    ['change', changeText(status.change)],
    ['daemon', daemonText(daemon)],
    ['health', `${MARKS[health.verdict]} ${health.reason}${ageText(status.healthAgeMs)}`],
    ['drift', drift === null ? 'not known' : `${drift.kind === 'none' ? '✔' : '✘'} ${drift.reason}`],
    ...(journalDamage === null ? [] : [['journal', `✘ ${journalDamage}`]]),
    ...journal.map(({ seq, type, agoMs, reason }, index) => [
      index === 0 ? 'last steps' : '',
      `${seq} ${type}, ${since(agoMs)}${reason === null ? '' : `: ${reason}`}`,
    ]),
    ['next', nextText(status)],
  ];
  return lines.map(([name = '', text = '']) => `${name.padEnd(11)} ${text}\n`).join('');
}

const MARKS: Readonly<Record<Verdict['verdict'], string>> = {
  pass: '✔',
  fail: '✘',
  inconclusive: '?',
  noData: '?',
  pending: '…',
};

function liveText({ root, generation, lastKnownGood, shouldRun }: ConsoleStatus): string {
  if (generation === null) return `✘ ${root} leads to no generation that is known here`;
  const which = generation === lastKnownGood ? 'the last known good one' : 'not confirmed';
  const wrong = shouldRun !== null && shouldRun !== generation ? `; should be ${short(shouldRun)}` : '';
  return `${short(generation)}, ${which}${wrong}`;
}

function changeText(change: ConsoleStatus['change']): string {
  if (change === null) return 'none so far';
  const { epoch, rollout, phase, sinceMs, reason, deadlineInMs } = change;
  const why = reason === null ? '' : `: ${reason}`;
  const until =
    deadlineInMs === null
      ? ''
      : `; unless it is confirmed within ${formatDuration(deadlineInMs)} the host goes back`;
  return `${phase} (${since(sinceMs)}; rollout ${rollout}, epoch ${epoch})${why}${until}`;
}

function daemonText({ running, pid, upForMs, restarts, lastExit }: ConsoleStatus['daemon']): string {
  const ended = lastExit === null ? '' : `, and last ${lastExit}`;
  const often =
    restarts === 0
      ? 'has not ended since its supervisor started'
      : `has ended ${restarts === 1 ? 'once' : `${restarts} times`} since its supervisor started${ended}`;
  if (!running) return `✘ does not run; ${often}`;
  return `runs (process ${pid}${upForMs === null ? '' : `, up ${formatDuration(upForMs)}`}); ${often}`;
}

/** Only what is old enough to be no longer true. */
function ageText(ageMs: number | null): string {
  return ageMs === null || ageMs <= WORTH_TELLING_MS ? '' : ` (seen ${formatDuration(ageMs)} ago)`;
}

const WORTH_TELLING_MS = 2000;

function since(agoMs: number | null): string {
  return agoMs === null ? 'before the last boot' : `${formatDuration(agoMs)} ago`;
}

/** An unconfirmed change without an agent has nobody who looks after it, not even after its way back. */
function pendingText(phase: Phase, agentRuns: boolean): string {
  const back = phase === 'failed' || phase === 'reverting';
  if (!agentRuns)
    return 'Nobody looks after the change: start the agent, or undo it with `breakwater-agent revert`.';
  return back
    ? 'The host is going back by itself. Wait.'
    : 'A change is under way. Wait, or give it up with `breakwater-agent revert`.';
}

/** What a person should do now, the most urgent thing only. */
function nextText(status: ConsoleStatus): string {
  const { change, health, drift, generation, lastKnownGood, agent } = status;
  if (lastKnownGood === null)
    return agent === null
      ? 'Start the agent: at its first start it takes over what is there.'
      : 'The agent has not taken the configuration over: its log says why. `breakwater-agent adopt` does it.';
  if (change?.phase === 'revertFailed')
    return "The way back has not worked: read the daemon's log, then `breakwater-agent revert` tries again.";
  if (change?.pending === true) return pendingText(change.phase, agent !== null);
  if (generation === null || (drift !== null && drift.kind !== 'none'))
    return 'Undo what was changed by hand with `breakwater-agent repair`, or keep it with `breakwater-agent adopt`.';
  if (health.code === 'daemon_unsupervised')
    return 'Start its supervisor again. The daemon may still serve; leave it alone until then.';
  if (health.verdict !== 'pass')
    return change?.phase === 'confirmed'
      ? '`breakwater-agent verify` shows more; `restart` starts the daemon again, `revert` takes the newest change back.'
      : '`breakwater-agent verify` shows more; `breakwater-agent restart` starts the daemon again.';
  if (agent === null) return 'The host serves. Start the agent again.';
  return status.journalDamage === null
    ? 'Nothing.'
    : 'The host serves, and its agent goes on with what the journal still says. Look at its disk: a file does not change by itself.';
}

/** What verify says with its exit code. What could not be known is not good either. */
export function findingsExit(findings: readonly Finding[]): number {
  return findings.every(({ ok }) => ok === true) ? EXIT.good : EXIT.notGood;
}

/** What was found, one line each. */
export function findingsText(findings: readonly Finding[]): string {
  const mark = (ok: boolean | null): string => (ok === null ? '?' : ok ? '✔' : '✘');
  return findings.map(({ what, ok, text }) => `${mark(ok)} ${what}: ${text}\n`).join('');
}
