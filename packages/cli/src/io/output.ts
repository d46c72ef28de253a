import { styleText } from 'node:util';
import type { Clock } from '@breakwater/shared';
import { printable, wrap } from './text.ts';

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
  readonly line: (text?: string, style?: Style) => void;
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
  const paint: Output['paint'] = (style, text) =>
    styleText(style, text, { stream: stdout, validateStream: true });
  return {
    json,
    line: (text = '', style) => {
      const folded = fold(text, widthOf(stdout));
      if (!json)
        stdout.write(`${style === undefined ? folded : paint(style, folded)}
`);
    },
    data: (value, form = 'document') => {
      if (json) stdout.write(`${JSON.stringify(value, null, form === 'line' ? 0 : 2)}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
    paint,
    live,
    get width() {
      return widthOf(stdout);
    },
  };
}

function widthOf({ isTTY, columns }: NodeJS.WriteStream): number {
  if (!isTTY) return UNBOUNDED;
  return columns > 0 ? columns : 80;
}

/** Breaks a line that is too long between words, under its own indent. What holds colours is left alone. */
function fold(text: string, width: number): string {
  if (text.length <= width || text.includes('\u001B')) return text;
  const indent = /^ */.exec(text)?.[0] ?? '';
  return wrap(text, width - indent.length - 2)
    .map((line, at) => indent + (at > 0 ? '  ' : '') + line)
    .join('\n');
}

/** What is shown to people has nothing in it that a terminal would obey; programs get it as it came. */
export function shown<T>(output: Output, value: T): T {
  return output.json ? value : printable(value);
}
