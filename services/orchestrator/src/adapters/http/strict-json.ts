import { BreakwaterError } from '@breakwater/shared';

/** Deeper than anything that the interface takes, and shallow enough that recursion over it is safe. */
export const MAX_DEPTH = 64;

/** Keys through which a careless copy of an object would reach prototypes. */
const POISON: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads JSON, and refuses what `JSON.parse` lets through: a key that is repeated (which of the two counts would
 * depend on who reads it), bytes that are not UTF-8, nesting without end, and keys that poison prototypes.
 *
 * @throws BreakwaterError `malformed_json` with the place. Nothing of the input is in the message.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const cursor = new Cursor(text);
  cursor.space();
  scanValue(cursor, 1);
  cursor.space();
  if (!cursor.atEnd()) cursor.refuse('Something follows the end of the value');
  return JSON.parse(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new BreakwaterError('malformed_json', 'The body is not UTF-8.', { cause: error });
  }
}

/** Walks over a value by the grammar of RFC 8259. It has to be the whole grammar: only then is every key seen. */
function scanValue(cursor: Cursor, depth: number): void {
  if (depth > MAX_DEPTH) cursor.refuse(`The nesting is deeper than ${MAX_DEPTH}`);
  if (cursor.take('{')) {
    const keys = new Set<string>();
    scanMembers(cursor, '}', () => scanMember(cursor, depth, keys));
  } else if (cursor.take('[')) {
    scanMembers(cursor, ']', () => scanValue(cursor, depth + 1));
  } else if (cursor.startsWith('"')) {
    cursor.string();
  } else if (!cursor.match(NUMBER) && !cursor.match(WORD)) {
    cursor.refuse(cursor.atEnd() ? 'The text ends too early' : 'A value was expected');
  }
}

function scanMembers(cursor: Cursor, end: string, scan: () => void): void {
  cursor.space();
  if (cursor.take(end)) return;
  do {
    cursor.space();
    scan();
    cursor.space();
  } while (cursor.take(','));
  if (!cursor.take(end)) cursor.refuse(`A comma or ${end} was expected`);
}

function scanMember(cursor: Cursor, depth: number, keys: Set<string>): void {
  const start = cursor.at;
  // Compared as what it means: "a" and "\u0061" are one key.
  const key = String(JSON.parse(cursor.string()));
  if (POISON.has(key)) cursor.refuse('A key is not allowed', start);
  if (keys.has(key)) cursor.refuse('A key is repeated', start);
  keys.add(key);
  cursor.space();
  if (!cursor.take(':')) cursor.refuse('A colon was expected');
  cursor.space();
  scanValue(cursor, depth + 1);
}

// Sticky: each matches where the cursor stands, or not at all.
const SPACE = /[ \n\r\t]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A place in a text, which moves forward over the tokens of JSON. */
class Cursor {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.at >= this.#text.length;
  }

  startsWith(token: string): boolean {
    return this.#text.startsWith(token, this.at);
  }

  take(token: string): boolean {
    if (!this.startsWith(token)) return false;
    this.at += token.length;
    return true;
  }

  match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.#text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  space(): void {
    this.match(SPACE);
  }

  /** Moves over a string. @returns it as it is written, with its quotes. */
  string(): string {
    const start = this.at;
    if (!this.take('"')) this.refuse('A string was expected');
    // By character and not by one pattern: a pattern over megabytes of text exhausts the matcher's stack.
    for (let code = this.#code(); code !== QUOTE; code = this.#code()) {
      if (this.atEnd()) this.refuse('The text ends within a string');
      if (code < FIRST_PRINTABLE) this.refuse('A string contains a control character');
      if (code !== BACKSLASH) this.at += 1;
      else if (!this.match(ESCAPE)) this.refuse('A string contains an unknown escape');
    }
    this.at += 1;
    return this.#text.slice(start, this.at);
  }

  #code(): number {
    return this.#text.charCodeAt(this.at);
  }

  /** @throws BreakwaterError that names the place, by default the one where the cursor stands. */
  refuse(problem: string, at = this.at): never {
    const before = this.#text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - before.lastIndexOf('\n');
    throw new BreakwaterError('malformed_json', `${problem} at line ${line}, column ${column}.`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
