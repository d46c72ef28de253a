import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Where a tree holds a directive that it may not. */
export interface ForbiddenDirective {
  directive: string;
  path: string;
  line: number;
}

/**
 * Each makes the daemon load a shared library and run its code. What follows is the directive's grammar: zone
 * files are looked at as well, and may well have a host that is called `plugin`.
 */
const FORBIDDEN: Record<string, string[]> = {
  plugin: ['query', 'word'],
  dlz: ['word', '{'],
  dyndb: ['word', 'word', '{'],
};

// The lexer of named.conf: comments of three kinds, strings, the characters that stand alone, and words.
const TOKEN =
  /\/\*[^]*?(?:\*\/|$)|(?:\/\/|#)[^\n]*|"(?:\\[^]|[^"\\])*(?:"|$)|[{};]|(?:[^\s{};"#/]|\/(?![/*]))+/g;

interface Token {
  text: string;
  /** `query` is a word, and the only one that can follow `plugin`. */
  kind: 'word' | 'query' | '{' | '}' | ';';
  at: number;
}

/**
 * Looks for directives that load code, in every file of a tree. Not only in those that the configuration
 * includes: to follow includes through relative paths, patterns and links exactly as the daemon does is
 * harder than it looks, and to miss one would be to run a stranger's code as the daemon.
 */
export async function findForbidden(tree: string): Promise<ForbiddenDirective | null> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const found = forbiddenIn(await readFile(path, 'utf8'));
    if (found) return { ...found, path: relative(tree, path) };
  }
  return null;
}

/** The first forbidden directive of one file. */
export function forbiddenIn(text: string): { directive: string; line: number } | null {
  if (!/plugin|dlz|dyndb/i.test(text)) return null;
  const tokens = tokenize(text);
  const index = tokens.findIndex((token, at) => {
    const before = tokens[at - 1]?.kind;
    const startsStatement = before !== 'word' && before !== 'query';
    const follows = FORBIDDEN[token.text.toLowerCase()];
    return startsStatement && follows?.every((kind, next) => tokens[at + 1 + next]?.kind === kind) === true;
  });
  const token = tokens[index];
  if (!token) return null;
  return { directive: token.text.toLowerCase(), line: text.slice(0, token.at).split('\n').length };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, index: at } of text.matchAll(TOKEN)) {
    if (found.startsWith('#') || found.startsWith('//') || found.startsWith('/*')) continue;
    tokens.push({ text: found, kind: kindOf(found), at });
  }
  return tokens;
}

function kindOf(text: string): Token['kind'] {
  if (text === '{' || text === '}' || text === ';') return text;
  return text.toLowerCase() === 'query' ? 'query' : 'word';
}
