import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { lineOf, type Token, tokenize } from './lexer.ts';
import { countsAnywhere, leadsOutside, takesPath } from './outside-paths.ts';

/** Where a tree holds a directive that it may not. */
export interface ForbiddenDirective extends Found {
  /** Relative to the tree. */
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
const FORBIDDEN: Record<string, (Token['kind'] | 'query')[]> = {
  plugin: ['query', 'word'],
  dlz: ['word', '{'],
  dyndb: ['word', 'word', '{'],
  'dnsrps-options': ['{'],
};

const WORTH_A_LOOK =
  /plugin|dlz|dyndb|dnsrps|include|file|directory|journal|keytab|unix|dhkey|device|dnstap/i;

/** No configuration has a line that begins so. */
const ZONE_FILE = /^\s*\$(?:TTL|ORIGIN)\s/im;

/**
 * Looks for directives that load code or lead outside, in every file of a tree. Not only in those that the configuration
 * includes: to follow includes through relative paths, patterns and links exactly as the daemon does is
 * harder than it looks, and to miss one would be to run a stranger's code as the daemon.
 */
export async function findForbidden(
  tree: string,
  allowed: readonly string[],
): Promise<ForbiddenDirective | null> {
  for await (const { path, text } of filesOf(tree)) {
    const found = forbiddenIn(text, allowed);
    if (found) return { ...found, path };
  }
  return null;
}

/**
 * Finds the first place in a tree where something stands, so that a refusal can name file and line.
 * @param stands is asked about each token of each file.
 * @returns `<file relative to the tree>:<line>`.
 */
export async function placeInTree(
  tree: string,
  stands: (tokens: readonly Token[], at: number) => boolean,
): Promise<string | null> {
  for await (const { path, text } of filesOf(tree)) {
    const tokens = tokenize(text);
    const at = tokens.findIndex((_, index) => stands(tokens, index));
    if (at >= 0) return `${path}:${lineOf(text, tokens[at]?.at ?? 0)}`;
  }
  return null;
}

async function* filesOf(tree: string): AsyncGenerator<{ path: string; text: string }> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    yield { path: relative(tree, path), text: await readFile(path, 'utf8') };
  }
}

/** The first forbidden directive of one file. `allowed`: the folders that it may name. */
export function forbiddenIn(text: string, allowed: readonly string[]): Found | null {
  if (!WORTH_A_LOOK.test(text)) return null;
  const tokens = tokenize(text);
  // In a zone file ";" begins a comment, which may say "file". What really is configured is judged once more, from the
  // canonical form; an include must not even be opened.
  const judged = ZONE_FILE.test(text) ? (name: string) => name.endsWith('include') : takesPath;
  for (const [at, token] of tokens.entries()) {
    const why = faultOf(tokens, at, allowed, judged);
    if (why !== null) return { directive: token.text.toLowerCase(), line: lineOf(text, token.at), why };
  }
  return null;
}

function faultOf(
  tokens: readonly Token[],
  at: number,
  allowed: readonly string[],
  judged: (directive: string) => boolean,
): Found['why'] | null {
  const directive = tokens[at]?.text.toLowerCase() ?? '';
  // A zone file has no statements: its $INCLUDE follows whatever stands on the line before.
  if (tokens[at - 1]?.kind === 'word' && !countsAnywhere(directive)) return null;
  const follows = Object.hasOwn(FORBIDDEN, directive) ? FORBIDDEN[directive] : undefined;
  if (follows?.every((kind, next) => isKind(tokens[at + 1 + next], kind))) return 'code';
  const value = directive === 'dnstap-output' ? tokens[at + 2] : tokens[at + 1];
  const isPath = directive === 'dnstap-output' || (takesPath(directive) && judged(directive));
  return isPath && value?.kind === 'word' && leadsOutside(value.text, allowed) ? 'outside' : null;
}

/** `query` is the only word that can follow `plugin`. */
function isKind(token: Token | undefined, kind: Token['kind'] | 'query'): boolean {
  return kind === 'query' ? token?.text.toLowerCase() === 'query' : token?.kind === kind;
}
