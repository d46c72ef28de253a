/** A freeze window that is in force. */
export interface Freeze {
  name: string;
  /** When it ends, in wall-clock milliseconds. */
  until: number;
  /** The same in words, with the time as it is where the window was written for. */
  reason: string;
}

/** A freeze window that is still to come, in wall-clock milliseconds. */
export interface Planned {
  name: string;
  from: number;
  until: number;
}

/** When people do not want changes. */
export interface Calendar {
  /** The window that is in force at this moment; of several, the one that ends last. */
  freezeAt(now: number): Freeze | null;
  /** The window that begins next after this moment; of those of every week, within eight days. */
  nextFreeze(now: number): Planned | null;
}
