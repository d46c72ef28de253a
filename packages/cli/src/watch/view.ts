import type { Event } from '../api/api.ts';
import type { Progress } from './progress.ts';

/** Who shows what happens. */
export interface View {
  readonly show: (event: Event, progress: Progress) => void;
  readonly note: (text: string) => void;
  /** There is no more to show. */
  readonly end: () => Promise<void>;
}
