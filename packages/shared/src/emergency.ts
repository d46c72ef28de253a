import { z } from 'zod';
import { Duration } from './duration.ts';
import { RolloutId } from './ids.ts';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/**
 * What makes a rollout an emergency: it waits less and is louder, and it is staged like any other. It needs a second
 * person, and it runs out, so that nobody keeps one at hand.
 */
export const Emergency = z.strictObject({
  /** Under which name the incident is known elsewhere. */
  incident: z.string().trim().min(1).max(100).regex(PRINTABLE, PRINTABLE_RULE),
  /** For how long after its submission it may take further hosts. */
  expires: Duration.refine((ms) => ms >= MINUTE_MS && ms <= DAY_MS, 'must be from 1m to 24h').default(
    60 * MINUTE_MS,
  ),
  /** Rollouts that it may pause to take the shared hosts over; none is ever overtaken without being named. */
  overtakes: z.array(RolloutId).max(100).default([]),
});
export type Emergency = z.infer<typeof Emergency>;

/** How long a host soaks in an emergency unless the submission says otherwise. */
const SOAK = '1m';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Fills in the shorter soaks of an emergency where the submission gives none. It comes before the schema, whose own
 * defaults leave no trace of what was given. Whatever is not as it should be is left to the schema to refuse.
 */
export function withEmergencySoaks(body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body['emergency'])) return body;
  const { strategy = {} } = body;
  if (!isRecord(strategy)) return body;
  const soaks = ['canary', 'datacenters', 'global'].map((name): [string, unknown] => {
    const { [name]: part = {} } = strategy;
    return [name, isRecord(part) ? { soak: SOAK, ...part } : part];
  });
  return { ...body, strategy: { ...strategy, ...Object.fromEntries(soaks) } };
}
