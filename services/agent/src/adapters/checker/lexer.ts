/** One piece of a configuration as named's own lexer cuts it. */
export interface Token {
  /** As written, with its quotes. */
  text: string;
  kind: 'word' | '{' | '}' | ';';
  /** Where it begins, in characters from the start of the file. */
  at: number;
}

// Comments of three kinds, strings, the characters that stand alone, and words.
const TOKEN =
  /\/\*[^]*?(?:\*\/|$)|(?:\/\/|#)[^\n]*|"(?:\\[^]|[^"\\])*(?:"|$)|[{};]|(?:[^\s{};"#/]|\/(?![/*]))+/g;

/** Cuts a configuration into words, strings and punctuation; comments are left out. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, index: at } of text.matchAll(TOKEN)) {
    if (found.startsWith('#') || found.startsWith('//') || found.startsWith('/*')) continue;
    const kind = found === '{' || found === '}' || found === ';' ? found : 'word';
    tokens.push({ text: found, kind, at });
  }
  return tokens;
}

/** A word without its quotes. */
export function bare(word: string): string {
  return word.replaceAll(/^"|"$/g, '');
}

/** The line, from 1, in which a place of a text is. */
export function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
