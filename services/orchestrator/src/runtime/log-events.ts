import type { Rollout } from '../core/rollout.ts';
import type { Decision } from '../core/transition.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Writes one line for each event that was saved, and times a halt. */
export function logEvents(
  deps: Pick<EngineDeps, 'log' | 'metrics'>,
  before: Rollout,
  { rollout, events }: Decision,
): void {
  for (const event of events) {
    const { type, ...fields } = event;
    deps.log.info(type === 'page.queued' ? { rollout: rollout.id, page: event.page.id } : fields, type);
  }
  if (rollout.haltedAt !== null && rollout.haltedAt !== before.haltedAt && rollout.detectedAt !== null) {
    deps.metrics.halted((rollout.haltedAt - rollout.detectedAt) / 1000);
  }
}
