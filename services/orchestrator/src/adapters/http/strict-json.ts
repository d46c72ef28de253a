import { BreakwaterError } from '@breakwater/shared';

/** Deeper than anything that the interface takes, and shallow enough that recursion over it is safe. */
export const MAX_DEPTH = 64;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** Keys through which a careless copy of an object would reach prototypes. */
const POISON = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads JSON, and refuses what `JSON.parse` lets through: a key that is repeated (which of the two counts would
 * depend on who reads it), bytes that are not UTF-8, nesting without end, and keys that poison prototypes.
 *
 * @throws BreakwaterError `malformed_json` with the place. Nothing of the input is in the message.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  scan(text);
  return JSON.parse(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new BreakwaterError('malformed_json', 'The body is not UTF-8.', { cause: error });
  }
}

/** Walks the text by the grammar of RFC 8259. It has to be the whole grammar: only then is every key seen. */
function scan(text: string): void {
  let at = 0;

  const refuse = (problem: string): never => {
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - before.lastIndexOf('\n');
    throw new BreakwaterError('malformed_json', `${problem} at line ${line}, column ${column}.`);
  };
  const space = (): void => {
    while (' \n\r\t'.includes(text.charAt(at)) && at < text.length) at += 1;
  };
  const take = (token: string): boolean => {
    if (text.charAt(at) !== token) return false;
    at += 1;
    return true;
  };
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };

  const string = (): string => {
    const start = at;
    if (!take('"')) refuse('A string was expected');
    for (let code = text.charCodeAt(at); code !== 0x22; code = text.charCodeAt(at)) {
      if (at >= text.length) refuse('The text ends within a string');
      if (code < 0x20) refuse('A string contains a control character');
      if (code !== 0x5c) at += 1;
      else if (!match(ESCAPE)) refuse('A string contains an unknown escape');
    }
    at += 1;
    return text.slice(start, at);
  };

  const value = (depth: number): void => {
    if (depth > MAX_DEPTH) refuse(`The nesting is deeper than ${MAX_DEPTH}`);
    const first = text.charAt(at);
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') return void string();
    if (!match(NUMBER) && !match(WORD))
      refuse(at < text.length ? 'A value was expected' : 'The text ends too early');
  };
  const array = (depth: number): void => {
    members(']', () => value(depth + 1));
  };
  const object = (depth: number): void => {
    const keys = new Set<string>();
    members('}', () => {
      const start = at;
      // Compared as what it means: "a" and "\u0061" are one key.
      const key = String(JSON.parse(string()));
      const problem = POISON.has(key) ? 'A key is not allowed' : keys.has(key) ? 'A key is repeated' : null;
      if (problem !== null) {
        at = start;
        refuse(problem);
      }
      keys.add(key);
      space();
      if (!take(':')) refuse('A colon was expected');
      space();
      value(depth + 1);
    });
  };
  const members = (end: string, member: () => void): void => {
    at += 1;
    space();
    if (take(end)) return;
    do {
      space();
      member();
      space();
    } while (take(','));
    if (!take(end)) refuse(`A comma or "${end}" was expected`);
  };

  space();
  value(1);
  space();
  if (at < text.length) refuse('Something follows the end of the value');
}
