import { isAbsolute, join, resolve } from 'node:path';
import { isBelow } from './outside-paths.ts';
import type { Outcome } from './sandbox.ts';

const MAX_LINES = 10;
const MAX_LENGTH = 1000;

/** Signals end a program with 128 and their number, as the shell puts it. */
const BY_SIGNAL = 128;

/** Where the paths in a checker's output begin and end. */
export interface Paths {
  root: string;
  /** Where the tree appeared to the checker. */
  at: string;
  /** Where relative paths begin. */
  directory: string;
}

/** Whether a program came to an end of its own, whatever it thinks of the tree. */
export function ended(outcome: Outcome): outcome is Extract<Outcome, { kind: 'exited' }> {
  return outcome.kind === 'exited' && outcome.code < BY_SIGNAL;
}

/** What a run of the checker came to, in its own words with live paths, for a person. */
export function inWords(outcome: Outcome, paths: Paths): string {
  switch (outcome.kind) {
    case 'timeout':
      return `named-checkconf took longer than ${outcome.afterMs / 1000} seconds and was killed`;
    case 'broken':
      return firstLines(outcome.cause);
    case 'exited':
      if (outcome.code >= BY_SIGNAL)
        return `named-checkconf was killed by signal ${outcome.code - BY_SIGNAL}: it took more memory or processor time than it may`;
      return (
        firstLines(complaints(outcome.output, paths)) ||
        `named-checkconf exited with status ${outcome.code} and said nothing`
      );
    default:
      return outcome satisfies never;
  }
}

/** Zones that load well are listed too, and would hide the one that does not. */
function complaints(output: string, paths: Paths): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const bad = lines.filter((line) => !/^zone \S+: loaded serial \d+/.test(line));
  const text = bad.map((line) => withLivePath(line, paths)).join('\n');
  return /permission denied/i.test(text)
    ? `${text}\nnamed-checkconf runs without privileges: a file must be readable to everybody, or to the group of the daemon's state directory`
    : text;
}

/**
 * Shows the live path of a file of the tree. Of other files only the place is shown: a checker quotes what it cannot
 * parse, and that may be somebody's key.
 */
function withLivePath(line: string, { root, at, directory }: Paths): string {
  const shown = line.replaceAll(`${at}/`, `${root}/`);
  const [, lead = '', path = '', number = ''] = /^((?:[\w-]+: )*)([^:]+):(\d+): /.exec(shown) ?? [];
  if (path === '') return shown;
  const full = isAbsolute(path) ? path : resolve(directory, path);
  if (!isBelow(full, [root]))
    return `${lead}${path}:${number}: named does not accept this line (its words are not shown: the file is none of the bundle's)`;
  const absolute = join(root, full.slice(root.length));
  return `${lead}${absolute}:${number}: ${shown.slice(lead.length + path.length + number.length + 3)}`;
}

/** Without control characters: this goes into logs and pages. */
function firstLines(output: string): string {
  const lines = output.split('\n').map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim());
  const text = lines.slice(0, MAX_LINES).join('\n');
  const more = lines.length > MAX_LINES ? `\n… and ${lines.length - MAX_LINES} more lines` : '';
  return `${text.slice(0, MAX_LENGTH)}${more}`;
}
