import { styleText } from 'node:util';
import type { Clock } from '@breakwater/shared';
import { printable } from './text.ts';

/** What a process has around it, so that a test can put something else there. */
export interface Surroundings {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Where results go (standard output), and what is said beside them (standard error). */
export interface Output {
  readonly json: boolean;
  /** One line of the result for people; nothing under --json. */
  readonly line: (text?: string) => void;
  /** The result for programs: one document, or one line each in a stream. Nothing without --json. */
  readonly data: (value: unknown, form?: 'document' | 'line') => void;
  /** Something beside the result. */
  readonly note: (text: string) => void;
  /** Colours text where there is a terminal and NO_COLOR is not set. The words must say it without. */
  readonly paint: (style: Style, text: string) => string;
  /** Whether the result goes to a terminal, where lines can be replaced. */
  readonly live: boolean;
  readonly width: number;
}

/** A file or a pipe has no width; a table in it is as wide as it has to be. */
const UNBOUNDED = 100_000;

export function createOutput({ stdout, stderr, env }: Surroundings, json: boolean): Output {
  const live = stdout.isTTY && !json && env['TERM'] !== 'dumb';
  return {
    json,
    line: (text = '') => {
      if (!json) stdout.write(`${text}\n`);
    },
    data: (value, form = 'document') => {
      if (json) stdout.write(`${JSON.stringify(value, null, form === 'line' ? 0 : 2)}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
    paint: (style, text) => styleText(style, text, { stream: stdout, validateStream: true }),
    live,
    get width() {
      if (!stdout.isTTY) return UNBOUNDED;
      return stdout.columns > 0 ? stdout.columns : 80;
    },
  };
}

/** What is shown to people has nothing in it that a terminal would obey; programs get it as it came. */
export function shown<T>(output: Output, value: T): T {
  return output.json ? value : printable(value);
}
