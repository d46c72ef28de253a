import type { QueryAnswer } from '../../core/gate-query.ts';

/** A source of measured values. It never rejects: whatever went wrong is an answer without values, with its cause. */
export interface MetricSource {
  /** Asks an instant query. */
  query(text: string, signal: AbortSignal): Promise<QueryAnswer>;
}
