import { LOG_FIELDS } from '@breakwater/shared';
import type { DomainEvent } from '../core/event.ts';
import type { Rollout } from '../core/rollout.ts';
import { sentence } from '../core/timeline/sentence.ts';
import type { Decision } from '../core/transition.ts';
import type { EngineDeps } from './engine-deps.ts';

/**
 * Writes one line for each event that was saved, and times a halt. The line is the sentence that the timeline tells, with what a
 * program needs beside it. The routine of hosts behind the canary, which no timeline tells, is for `debug`: of a thousand hosts
 * it would bury the decision that somebody looks for at night.
 */
export function logEvents(
  deps: Pick<EngineDeps, 'log' | 'metrics'>,
  before: Rollout,
  { rollout, events }: Decision,
): void {
  for (const event of events) {
    const told = sentence(event, rollout);
    const line = lineOf(event, rollout);
    if (told !== null || isDecided(event)) deps.log.info(line, told ?? event.type);
    else deps.log.debug(line, event.type);
  }
  if (rollout.haltedAt !== null && rollout.haltedAt !== before.haltedAt && rollout.detectedAt !== null) {
    deps.metrics.halted((rollout.haltedAt - rollout.detectedAt) / 1000);
  }
}

/** That a host is told to take the change, or to keep it, is the orchestrator's own act, whichever host it is. */
function isDecided(event: DomainEvent): boolean {
  return event.type === 'host.confirming' || (event.type === 'host.state' && event.to === 'applying');
}

/** The fields of a line: flat, so that they can be searched for, and the verdict that decided wherever there is one. */
function lineOf(event: DomainEvent, rollout: Rollout): Record<string, unknown> {
  const { type, ...rest } = event;
  const about = 'page' in rest && typeof rest.page === 'object' ? { ...rest, page: rest.page.id } : rest;
  const { verdict: own, ...fields } = { verdict: undefined, ...about };
  // A wave has no verdict of its own: what decided about it is what decided about its rollout.
  const why = own ?? (type === 'wave.state' ? rollout.verdict : undefined);
  if (why === undefined) return { [LOG_FIELDS.event]: type, ...fields };
  const { verdict, code, reason } = why;
  return { [LOG_FIELDS.event]: type, ...fields, verdict, code, reason };
}
