/** One piece of a configuration as named's own lexer cuts it. */
export interface Token {
  /** As written, with its quotes. */
  text: string;
  kind: 'word' | '{' | '}' | ';';
  /** Where it begins, in characters from the start of the file. */
  at: number;
}

const COMMENT = /\/\*|\/\/|#/y;
const SPACE = /\s+/y;
/** A slash is part of a word unless a comment begins with it. */
const END_OF_WORD = /[\s{};"#]|\/[/*]/g;
const QUOTE_OR_ESCAPE = /["\\]/g;

/**
 * Cuts a configuration into words, strings and punctuation; comments are left out. Each step looks for the next
 * boundary: one expression for all of it would run out of stack at a string of some MiB.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (matches(SPACE, text, at)) {
      at = SPACE.lastIndex;
      continue;
    }
    if (matches(COMMENT, text, at)) {
      at = endOfComment(text, at);
      continue;
    }
    const first = text.charAt(at);
    const kind = first === '{' || first === '}' || first === ';' ? first : 'word';
    const end = kind === 'word' ? endOfWord(text, at) : at + 1;
    tokens.push({ text: text.slice(at, end), kind, at });
    at = end;
  }
  return tokens;
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function endOfComment(text: string, at: number): number {
  const long = text.startsWith('/*', at);
  const end = long ? text.indexOf('*/', at + 2) : text.indexOf('\n', at);
  if (end < 0) return text.length;
  return long ? end + 2 : end;
}

function endOfWord(text: string, at: number): number {
  if (text.charAt(at) !== '"') return next(END_OF_WORD, text, at + 1) ?? text.length;
  let from = at + 1;
  for (;;) {
    const found = next(QUOTE_OR_ESCAPE, text, from);
    if (found === null) return text.length;
    if (text.charAt(found) === '"') return found + 1;
    from = found + 2;
  }
}

function next(pattern: RegExp, text: string, from: number): number | null {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? null;
}

/** A word without its quotes. */
export function bare(word: string): string {
  return word.replaceAll(/^"|"$/g, '');
}

/** The line, from 1, in which a place of a text is. */
export function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
