/** A time from one moment to another, in wall-clock milliseconds. */
export interface Interval {
  from: number;
  to: number;
}
