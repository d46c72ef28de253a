import type { Journal } from '../../services/agent/src/adapters/journal/interface.ts';
import type { SimulatedDisk } from '../../services/agent/src/testing/simulated-disk.ts';
import type { Machine } from './interfaces.ts';

/** Where things are on the disk of a host on which the whole agent runs. */
export const ROOT = '/root';
export const STORE = '/store';
export const JOURNAL = '/store/journal';
/** The one file of every configuration. */
export const FILE = 'named.conf';

/** Such a host, as its agent has it. */
export interface FullHost extends Machine {
  readonly disk: SimulatedDisk;
  /** A journal was opened. @returns it, and the judge hears of what is written to it. */
  opened(journal: Journal): Journal;
  /** The managed root leads elsewhere. */
  linkMoved(): void;
  /** A person who is told that what is live is not what was recorded has it put right. */
  repairIfDrifted(): void;
}

/** Whether the whole agent runs on a host. */
export function isFull(machine: Machine): machine is FullHost {
  return 'disk' in machine;
}
