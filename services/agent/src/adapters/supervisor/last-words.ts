import { open, stat } from 'node:fs/promises';
import { hintsAtTrouble, linesOf } from '../../core/daemon-log.ts';
import { hasCode } from '../durable.ts';

const MAX_READ = 64 * 1024;
const MAX_LINES = 10;
const MAX_LENGTH = 1500;

/** Where the log ends now; 0 when there is none. */
export async function logEnd(log: string): Promise<number> {
  try {
    return (await stat(log)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** What a log holds from a place on, at most its last 64 KiB. A log that is shorter by now is a new one. */
export async function readLogFrom(log: string, place: number): Promise<string> {
  const end = await logEnd(log);
  const from = Math.max(place <= end ? place : 0, end - MAX_READ);
  if (end === from) return '';
  const file = await open(log, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const LEVEL = /\b(?:critical|error): /;

/**
 * Picks what a person should read out of a daemon's log: the lines that tell of trouble if there are any, each
 * once (a daemon in a restart loop repeats itself), the last ten at most, without control characters.
 */
export function pickLastWords(log: string): string {
  const lines = linesOf(log);
  const told = [lines.filter((line) => LEVEL.test(line)), lines.filter(hintsAtTrouble)];
  const chosen = told.find((some) => some.length > 0) ?? lines;
  // Seen from the end, so that of equal lines the last one stays.
  const latest = [...new Set(chosen.toReversed())].slice(0, MAX_LINES).toReversed();
  return latest.join('\n').slice(-MAX_LENGTH);
}
