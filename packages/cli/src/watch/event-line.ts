import type { Event } from '../api/api.ts';
import { oneLine, printable, stateWords } from '../io/text.ts';
import { reasonIn } from './progress.ts';

/** The fields that the lines below are made of; which of them an event has depends on its type. */
type Told = Event &
  Partial<
    Record<'by' | 'verb' | 'host' | 'wave' | 'from' | 'to' | 'reason' | 'title' | 'gate' | 'channel', string>
  >;

/**
 * One line for an event that changed something, with its time in UTC; `null` for evidence and bookkeeping, which
 * `timeline` and `audit` tell. Events of a type that is not known here are newer than this program: they are named.
 */
export function eventLine(event: Event): string | null {
  const told = wordsOf(event);
  if (told === null) return null;
  return printable(`${event.at.replace(/\.\d+Z$/, 'Z')}  ${oneLine(told)}`);
}

const because = (reason: string | undefined): string => (reason ? `: ${reason}` : '');

function wordsOf(event: Told): string | null {
  const why = because(reasonIn(event));
  switch (event.type) {
    case 'rollout.submitted':
      return `submitted by ${event.by}: ${event.title}`;
    case 'rollout.overtaken':
      return `overtaken by the emergency ${String(event['emergency'])}${because(event.reason)}`;
    case 'rollout.command':
      return `${event.by} asked for ${event.verb}${event.host ? ` of ${event.host}` : ''}${because(event.reason)}`;
    case 'rollout.state':
      return `rollout ${stateWords(event.to ?? '')}${why}`;
    case 'rollout.waiting':
      return `waiting${why}`;
    case 'wave.state':
      return `wave ${event.wave} ${event.to}`;
    case 'wave.held':
      return event.reason
        ? `wave ${event.wave} takes no further host: ${event.reason}`
        : `wave ${event.wave} goes on`;
    case 'host.state':
      return `host ${event.host} (${event.wave}) ${event.to}${why}`;
    case 'gate.measured':
      return event['news'] === true ? `gate ${event.gate} of wave ${event.wave}${why}` : null;
    case 'page.queued':
      return 'a page was sent off';
    case 'page.delivered':
      return event.channel ? `the page was taken by ${event.channel}` : null;
    case 'host.reported':
    case 'host.confirming':
    case 'vantage.asked':
    case 'vantage.reported':
    case 'gate.begun':
      return null;
    default:
      return event.type;
  }
}
