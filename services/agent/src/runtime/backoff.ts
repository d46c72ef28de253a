const FIRST_MS = 200;
const LONGEST_MS = 5000;

/**
 * How long to wait after a number of failures in a row: 0.2 s, doubling up to 5 s, of which up to half is
 * taken away by chance, so that a fleet that lost its orchestrator does not come back as one.
 */
export function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (1 - random() / 2));
}
