import type { HostId, Verdict } from '@breakwater/shared';
import type { DomainEvent, Verb } from '../event.ts';
import type { Rollout, Wave } from '../rollout.ts';
import { count, plain, stop } from './words.ts';

/** One event as a sentence, or `null` for the routine of hosts behind the canary, which would bury the rest. */
export function sentence(
  event: DomainEvent,
  { submittedBy, waves }: Pick<Rollout, 'submittedBy' | 'waves'>,
): string | null {
  switch (event.type) {
    case 'rollout.submitted': {
      const { emergency } = event;
      const as = emergency ? ` as an emergency (incident ${emergency.incident})` : '';
      return `The submitter asked for "${event.title}" on ${count(event.hosts, 'host')}${as}: ${stop(event.reason)}`;
    }
    case 'rollout.overtaken':
      return `Emergency ${event.emergency} took ${count(event.hosts.length, 'host')} over: ${stop(event.reason)}`;
    case 'rollout.command': {
      const who =
        event.by === submittedBy ? 'The submitter' : event.verb === 'approve' ? 'An approver' : 'An operator';
      const what =
        event.host === undefined ? COMMANDED[event.verb] : `${COMMANDED[event.verb]} ${event.host}`;
      return `${who} ${what}: ${stop(event.reason)}`;
    }
    case 'rollout.state':
      return `The rollout went from ${plain(event.from)} to ${plain(event.to)}: ${stop(event.verdict.reason)}`;
    case 'wave.state':
      return `The ${event.wave} wave went from ${plain(event.from)} to ${plain(event.to)}.`;
    case 'host.state': {
      const told = NOTABLE.has(event.to) || isCanary(event.host, waves);
      const why = event.verdict ? `: ${stop(event.verdict.reason)}` : '.';
      return told
        ? `${event.host} (${event.wave}) went from ${plain(event.from)} to ${plain(event.to)}${why}`
        : null;
    }
    case 'host.reported':
      if (event.state !== 'unhealthy' && event.state !== 'failed') return null;
      return `${event.host} (${event.wave}) reported ${plain(event.state)}: ${stop(event.verdict.reason)}`;
    case 'host.confirming':
    case 'vantage.asked':
    case 'vantage.reported':
      return evidence(event, isCanary(event.host, waves));
    case 'gate.begun':
      return null;
    case 'gate.measured':
      return event.news ? `Gate ${event.gate} ${measuredIn(event)}: ${stop(event.verdict.reason)}` : null;
    case 'rollout.waiting':
    case 'wave.held':
      return waits(event);
    case 'rollout.unwatched':
      return UNWATCHED[event.why];
    case 'page.queued':
      return event.page.status === 'resolved'
        ? 'The page is taken back: the pagers are told that it is decided.'
        : `A page was sent off: ${stop(event.page.summary)}`;
    case 'page.delivered':
      return event.channel === null ? null : `The channel "${event.channel}" took the page.`;
    case 'pages.tested':
    case 'line.stopped':
    case 'line.started':
    case 'store.accepted':
    case 'token.created':
    case 'token.revoked':
    case 'host.drained':
    case 'host.undrained':
    case 'host.removed':
      return aboutTheFleet(event);
    default:
      return event satisfies never;
  }
}

type OfTheFleet = Extract<
  DomainEvent,
  {
    type:
      | 'pages.tested'
      | 'store.accepted'
      | `line.${'stopped' | 'started'}`
      | `token.${'created' | 'revoked'}`
      | `host.${'drained' | 'undrained' | 'removed'}`;
  }
>;

/** What a person did to something else than a rollout. */
function aboutTheFleet(event: OfTheFleet): string {
  switch (event.type) {
    case 'pages.tested':
      return `An operator tested the pagers: ${stop(event.reason)}`;
    case 'line.stopped':
      return `An operator stopped the line: ${stop(event.reason)}`;
    case 'line.started':
      return `An operator started the line again: ${stop(event.reason)}`;
    case 'store.accepted':
      return `A person took the store as it was, with event ${event.from} as its last: ${stop(event.reason)}`;
    case 'token.created':
      return `An operator created the token ${event.token} of a ${event.role}: ${stop(event.reason)}`;
    case 'token.revoked':
      return `An operator revoked the token ${event.token}: ${stop(event.reason)}`;
    case 'host.drained':
    case 'host.undrained':
    case 'host.removed':
      return `An operator said that ${event.host} is ${event.type.slice('host.'.length)}: ${stop(event.reason)}`;
    default:
      return event satisfies never;
  }
}

/** Why nothing moves, or that it does again. */
function waits(event: Extract<DomainEvent, { type: 'rollout.waiting' | 'wave.held' }>): string {
  if (event.type === 'wave.held') {
    return event.reason === null
      ? `The ${event.wave} wave may take hosts again.`
      : `The ${event.wave} wave takes no further host: ${stop(event.reason)}`;
  }
  const { code, reason } = event.verdict;
  if (code === 'wave_running') return `The ${event.wave} wave goes on.`;
  return code === 'waiting' ? `The ${event.wave} wave ${stop(reason)}` : `The rollout waits: ${stop(reason)}`;
}

type Evidence = Extract<DomainEvent, { type: 'host.confirming' | 'vantage.asked' | 'vantage.reported' }>;

/** What others have found at a changed host, and on whose word it was kept; of a host behind the canary only what is bad. */
function evidence(event: Evidence, canary: boolean): string | null {
  switch (event.type) {
    case 'host.confirming': {
      const { vantage = [] } = event;
      const others = vantage.length > 0 ? `that of ${vantage.join(', ')}` : 'that of nobody else';
      const kept = `${event.host} (${event.wave}) was told to keep the change, on its own word and ${others}.`;
      return canary ? kept : null;
    }
    case 'vantage.asked': {
      const asked = `${event.point} is asked to check ${event.host} (${event.wave}) from where it is.`;
      return canary ? asked : null;
    }
    case 'vantage.reported': {
      const { verdict, reason } = event.verdict;
      if (verdict === 'pending' || (verdict === 'pass' && !canary)) return null;
      return `${event.point} asked ${event.host} (${event.wave}) and found ${FOUND[verdict]}: ${stop(reason)}`;
    }
    default:
      return event satisfies never;
  }
}

function measuredIn({ phase, wave, verdict }: Extract<DomainEvent, { type: 'gate.measured' }>): string {
  return `${TOLD[verdict.verdict]} ${phase === 'before' ? 'before' : 'during'} the ${wave} wave`;
}

const TOLD: Record<Verdict['verdict'], string> = {
  pass: 'passed',
  fail: 'missed its condition',
  inconclusive: 'could not tell',
  noData: 'had no data',
  pending: 'was not measured yet',
};

const FOUND: Record<'pass' | 'fail' | 'noData' | 'inconclusive', string> = {
  pass: 'it well',
  fail: 'it wrong',
  noData: 'nothing to judge',
  inconclusive: 'nothing that can be judged',
};

function isCanary(host: HostId, waves: readonly Wave[]): boolean {
  return waves[0]?.hosts.includes(host) === true;
}

const UNWATCHED = {
  unheard: 'Hosts are heard again: until now no orchestrator ran, or none reached the store.',
  safeMode: 'Safe mode is over: until now the store was not believed, and nothing was decided.',
} as const;

/** Host states that are told of every host, not only of the canary's. */
const NOTABLE: ReadonlySet<string> = new Set([
  'failed',
  'reverting',
  'reverted',
  'revertFailed',
  'lost',
  'skipped',
]);

const COMMANDED: Record<Verb, string> = {
  approve: 'approved it',
  pause: 'paused it',
  resume: 'resumed it',
  abort: 'aborted it',
  rollback: 'rolled it back',
  retry: 'had it retried on',
  skip: 'had it skip',
};
