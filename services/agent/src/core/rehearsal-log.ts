import { hintsAtTrouble, linesOf } from './daemon-log.ts';

const MOST_LINES = 3;
const LONGEST_LINE = 250;

/** What a rehearsal's own questions make the daemon say, a good start, a stack trace, and words without a fact. */
const NOISE =
  /\bclient @0x|\b(?:general|zoneload): info: |\bnotice: (?:all zones loaded|running)$|\(\+?\w*\+?0x[0-9a-f]+\)|\[0x[0-9a-f]+\]|\bback ?trace\b|\bexiting \(due to /;
/** A rehearsal has no network, so that the root never answers: that is so for a good change too, and leads astray. */
const NO_NETWORK =
  /^(?:resolver|dnssec|lame-servers|general): .*(?:'\.(?:\/|')|priming query|managed-keys-zone)/;
const LEVELS = [/\bcritical: /, /\berror: /];

/**
 * Picks what a person should read of a rehearsed daemon's log: the lines that tell of trouble, the worst first and each
 * once; where none does, the last ones. Whole lines on one line, without control characters, at most three.
 */
export function toldInLog(log: string): string {
  const lines = linesOf(log).filter((line) => !NOISE.test(line) && !NO_NETWORK.test(line));
  const told = LEVELS.flatMap((sign) => lines.filter((line) => sign.test(line)));
  const hinted = told.length > 0 ? told : lines.filter(hintsAtTrouble);
  const chosen = hinted.length > 0 ? [...new Set(hinted)].slice(0, MOST_LINES) : lines.slice(-MOST_LINES);
  return chosen.map(clipped).join(' | ');
}

function clipped(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
