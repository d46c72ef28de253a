/** What stands in a zone file, as far as it makes records. */
export interface Written {
  /** Entries that are records, those of `$GENERATE` included. A record that is written twice counts twice. */
  records: number;
  /** What `$INCLUDE` takes in, as written and without quotes. */
  includes: readonly string[];
}

const INCLUDE = /^\$INCLUDE\s+(?:"([^"]*)"|(\S+))/i;
const GENERATE = /^\$GENERATE\s+(\d+)-(\d+)(?:\/(\d+))?\s/i;
const NEWLINE = /\n/g;
const QUOTE = /["\\]/g;
/** What changes how the text after it is read; anything else is content. */
const NOTABLE = /[;"\\()\n]/g;

/**
 * Counts what a zone file in text form holds (RFC 1035, section 5): comments and empty lines count for nothing,
 * parentheses go on over several lines. Much quicker than to start a program for each zone.
 * @returns `null` for what it cannot read.
 */
export function countWritten(text: string): Written | null {
  let records = 0;
  const includes: string[] = [];
  for (const entry of entriesOf(text)) {
    if (!entry.startsWith('$')) {
      records += 1;
      continue;
    }
    const [, quoted, plain] = INCLUDE.exec(entry) ?? [];
    const file = quoted ?? plain;
    if (file !== undefined) includes.push(file);
    else if (/^\$GENERATE\b/i.test(entry)) {
      const made = generated(entry);
      if (made === null) return null;
      records += made;
    }
  }
  return { records, includes };
}

function generated(entry: string): number | null {
  const [, first, last, step = '1'] = GENERATE.exec(`${entry} `) ?? [];
  if (first === undefined || Number(step) < 1) return null;
  return Math.max(0, Math.floor((Number(last) - Number(first)) / Number(step)) + 1);
}

/** The entries of a zone file, each from the beginning of its line, without those that are nothing but white space. */
function* entriesOf(text: string): Generator<string> {
  let [start, from, depth] = [0, 0, 0];
  let content = '';
  const take = (end: number): void => {
    // Enough to tell a directive, its file and its range from a record.
    if (content.length < LOOKED_AT) content += text.slice(start, end);
    start = end;
  };
  for (;;) {
    const at = nextOf(NOTABLE, text, from);
    const found = text.charAt(at);
    from = at + 1;
    if (found === '"') from = endOfQuoted(text, from);
    else if (found === '\\') from = at + 2;
    else if (found === '(') depth += 1;
    else if (found === ')') depth -= 1;
    else if (found === ';') {
      take(at);
      from = nextOf(NEWLINE, text, at);
      start = from;
    } else if (depth <= 0 || at === text.length) {
      take(at);
      if (content.trim() !== '') yield content;
      if (at === text.length) return;
      [content, start, depth] = ['', from, 0];
    }
  }
}

const LOOKED_AT = 4096;

function endOfQuoted(text: string, from: number): number {
  let at = nextOf(QUOTE, text, from);
  while (text.charAt(at) === '\\') at = nextOf(QUOTE, text, at + 2);
  return at + 1;
}

/** Where a pattern is next, or the end of the text. */
function nextOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
