import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where the story is told: a terminal, with one line that changes, or plain text, with none. */
export interface Terminal {
  /** Writes one line for good. A live line makes way for it. */
  line(text?: string): void;
  /** Shows a line that the next one replaces; where nothing can be replaced, it is not shown. */
  live(text: string): void;
  /** Colours a text, where colours are wanted. */
  paint(style: Style, text: string): string;
  /** How many characters fit into a line. */
  readonly width: number;
}

/** Longer lines are hard to read. */
const WIDEST = 110;
const NARROWEST_LIVE = 72;

export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  // A terminal that does not say how wide it is says 0.
  const columns = (): number => (stream.isTTY && stream.columns > 0 ? stream.columns : WIDEST);
  let pending = false;
  const clear = (): void => {
    if (pending) stream.write('\r\u001B[2K');
    pending = false;
  };
  return {
    line: (text = '') => {
      clear();
      stream.write(`${text}\n`);
    },
    live: (text) => {
      // A line that runs over the edge cannot be taken back.
      if (!stream.isTTY || columns() < NARROWEST_LIVE) return;
      clear();
      stream.write(text);
      pending = true;
    },
    // It follows NO_COLOR and FORCE_COLOR, and leaves a pipe or a file plain.
    paint: (style, text) => styleText(style, text, { stream, validateStream: true }),
    get width() {
      return Math.max(60, Math.min(columns(), WIDEST));
    },
  };
}

/** Breaks a text between words, into lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
