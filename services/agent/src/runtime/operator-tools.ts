import type { DriftWatch } from './drift-watch.ts';
import type { Health } from './health.ts';
import type { Outside } from './outside.ts';
import type { Recorder } from './recorder.ts';
import type { Zones } from './zones.ts';

/** What the operator works with. */
export interface OperatorTools {
  outside: Pick<
    Outside,
    'generations' | 'supervisor' | 'checker' | 'rehearsal' | 'journal' | 'clock' | 'boot' | 'log' | 'view'
  >;
  recorder: Recorder;
  health: Health;
  zones: Zones;
  drift: DriftWatch;
}
