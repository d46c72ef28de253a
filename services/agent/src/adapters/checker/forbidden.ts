import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { leadsOutside, takesPath } from './outside-paths.ts';

/** Where a tree holds a directive that it may not. */
export interface ForbiddenDirective extends Found {
  path: string;
}

interface Found {
  directive: string;
  line: number;
  /** `code`: it loads a library into the daemon. `outside`: it names a file that is none of the bundle's. */
  why: 'code' | 'outside';
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
 * Looks for directives that load code or lead outside, in every file of a tree. Not only in those that the configuration
 * includes: to follow includes through relative paths, patterns and links exactly as the daemon does is
 * harder than it looks, and to miss one would be to run a stranger's code as the daemon.
 */
export async function findForbidden(
  tree: string,
  allowed: readonly string[],
): Promise<ForbiddenDirective | null> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const found = forbiddenIn(await readFile(path, 'utf8'), allowed);
    if (found) return { ...found, path: relative(tree, path) };
  }
  return null;
}

/** The first forbidden directive of one file. `allowed`: the folders that it may name. */
export function forbiddenIn(text: string, allowed: readonly string[]): Found | null {
  if (!/plugin|dlz|dyndb|include|file|directory|journal|keytab/i.test(text)) return null;
  const tokens = tokenize(text);
  for (const [at, token] of tokens.entries()) {
    const why = faultOf(tokens, at, allowed);
    const line = (): number => text.slice(0, token.at).split('\n').length;
    if (why !== null) return { directive: token.text.toLowerCase(), line: line(), why };
  }
  return null;
}

function faultOf(tokens: readonly Token[], at: number, allowed: readonly string[]): Found['why'] | null {
  const directive = tokens[at]?.text.toLowerCase() ?? '';
  const before = tokens[at - 1]?.kind;
  // A zone file has no statements: its $INCLUDE follows whatever stands on the line before.
  const starts = (before !== 'word' && before !== 'query') || directive === '$include';
  if (!starts) return null;
  const follows = FORBIDDEN[directive];
  if (follows?.every((kind, next) => tokens[at + 1 + next]?.kind === kind)) return 'code';
  const value = tokens[at + 1];
  return takesPath(directive) && value?.kind === 'word' && leadsOutside(value.text, allowed)
    ? 'outside'
    : null;
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
