import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, inconclusive, pass, type Verdict } from '@breakwater/shared';
import type { Configuration } from '../../core/configuration.ts';
import { directoryOf, summarize } from './canonical.ts';
import { ended, inWords } from './checker-words.ts';
import { countInTree } from './count-in-tree.ts';
import { countRecords } from './count-records.ts';
import { findForbidden, type ForbiddenDirective, placeInTree } from './forbidden.ts';
import type { Checker } from './interface.ts';
import { bare } from './lexer.ts';
import { openSandbox, type Outcome, type Sandbox } from './sandbox.ts';
import { parseStatements, type Statement } from './statements.ts';
import { unfit } from './unfit.ts';
import { type ConfigurationFault, faultIn } from './written-files.ts';
import { parseZoneList, withSerials } from './zone-list.ts';

interface Options {
  /** The live path of the managed root. */
  root: string;
  /** The daemon's configuration, relative to it. */
  config: string;
  /** Where the daemon works. */
  stateDir: string;
  /** Further folders in which a bundle may name files. */
  directories: readonly string[];
  /** How long one run may take; 30 s unless told. */
  timeoutMs?: number;
}

/**
 * So many zones are counted as named itself loads them, at 10 ms for each; further ones as their files are written, where
 * only a record that is written twice makes a difference.
 */
const COUNTED_BY_NAMED = 50;

/** A file pulled in by `$INCLUDE`, or records made by `$GENERATE`. */
const MORE_THAN_LINES = /^\s*\$(?:INCLUDE|GENERATE)\b/im;

/**
 * BIND's own checker, in a sandbox.
 *
 * `-c` keeps it from loading plugins, whose code it would otherwise run; `-z` makes it load every zone file, and `-j`
 * the journals beside them, without which it does not see that a file and its journal no longer fit together.
 */
export async function namedChecker(options: Options): Promise<Checker> {
  return new NamedChecker(options, await openSandbox(options));
}

/** Zones that are served from a copy of what another server has. */
const COPIES = new Set(['secondary', 'mirror']);

async function isFile(path: string | null): Promise<boolean> {
  const found = path === null ? null : await stat(path).catch(() => null);
  return found?.isFile() === true && found.size > 0;
}

class NamedChecker implements Checker {
  readonly #options: Options;
  readonly #sandbox: Sandbox;

  constructor(options: Options, sandbox: Sandbox) {
    this.#options = options;
    this.#sandbox = sandbox;
  }

  async zones(tree: string): ReturnType<Checker['zones']> {
    const [{ outcome, words }, loaded] = await Promise.all([
      this.#run(tree, '-c', '-l'),
      this.#run(tree, '-c', '-z', '-j'),
    ]);
    // A zone that does not load is the check's business; here it only has no serial.
    const said = loaded.outcome.kind === 'exited' ? loaded.outcome.output : '';
    if (succeeded(outcome)) return withSerials(parseZoneList(outcome.output), said);
    throw new Error(`named-checkconf cannot list the zones: ${words}`);
  }

  async describe(tree: string): Promise<Configuration> {
    const { root, stateDir } = this.#options;
    const found = summarize(await this.#statements(tree), { root, cwd: stateDir });
    const zones = found.zones.map(async (zone) => {
      if (zone.inTree === null)
        return COPIES.has(zone.type) && (await isFile(zone.file)) ? { ...zone, hasCopy: true } : zone;
      const text = await readFile(join(tree, zone.inTree), 'latin1').catch(() => '');
      return { ...zone, selfContained: !MORE_THAN_LINES.test(text) };
    });
    return { ...found, zones: await Promise.all(zones) };
  }

  async countRecords(...[tree, zones]: Parameters<Checker['countRecords']>): Promise<(number | null)[]> {
    const { root, stateDir } = this.#options;
    const directory = directoryOf(await this.#statements(tree), stateDir);
    const counts: (number | null)[] = [];
    for (const [at, zone] of zones.entries())
      counts.push(at < COUNTED_BY_NAMED ? null : await countInTree(tree, zone, { root, directory }));
    const others = zones.filter((_, at) => counts[at] === null);
    const counted = await countRecords(this.#sandbox, tree, others, { root, directory });
    if (Array.isArray(counted)) return counts.map((count) => count ?? counted.shift() ?? null);
    throw new Error(`the records could not be counted: ${inWords(counted, { root, at: tree, directory })}`);
  }

  async check(tree: string): Promise<Verdict> {
    const { root, stateDir, directories } = this.#options;
    const allowed = [root, stateDir, ...directories];
    const forbidden = await findForbidden(tree, allowed);
    if (forbidden !== null) return refused(forbidden, root);
    const canonical = await this.#run(tree, '-c', '-p', '-x');
    if (!succeeded(canonical.outcome)) return judged(canonical);
    const statements = parseStatements(canonical.outcome.output);
    const fault = faultIn(statements, { root, cwd: stateDir, allowed });
    if (fault !== null) return faulty(fault, root, await placeOf(tree, fault));
    const where = async (found: { keyword: string; value: string }): Promise<string> =>
      join(root, (await placeOf(tree, found)) ?? '');
    return (await unfit(statements, stateDir, where)) ?? judged(await this.#run(tree, '-c', '-z', '-j'));
  }

  /** Reads the canonical form of a tree's configuration. */
  async #statements(tree: string): Promise<Statement[]> {
    const { outcome, words } = await this.#run(tree, '-c', '-p', '-x');
    if (succeeded(outcome)) return parseStatements(outcome.output);
    throw new Error(`named-checkconf cannot read the configuration: ${words}`);
  }

  async #run(tree: string, ...flags: string[]): Promise<Ran> {
    const { root, config, stateDir } = this.#options;
    const command = (at: string): string[] => ['named-checkconf', ...flags, join(at, config)];
    const { outcome, at, atLivePath, isolated } = await this.#sandbox.run(tree, command);
    const directory = succeeded(outcome) ? stateDir : await statedDirectory(tree, stateDir);
    return { outcome, atLivePath, isolated, words: inWords(outcome, { root, at, directory }) };
  }
}

interface Ran {
  outcome: Outcome;
  atLivePath: boolean;
  isolated: boolean;
  words: string;
}

function succeeded(outcome: Outcome): outcome is Extract<Outcome, { kind: 'exited' }> {
  return outcome.kind === 'exited' && outcome.code === 0;
}

function judged({ outcome, atLivePath, isolated, words }: Ran): Verdict {
  if (outcome.kind === 'timeout') return inconclusive('checker_timeout', words);
  if (!ended(outcome)) return inconclusive('checker_unavailable', `named-checkconf did not run: ${words}`);
  if (outcome.code !== 0) return fail('checker_refused', words);
  if (atLivePath) return pass('checked_at_live_path', 'named-checkconf accepts the tree at its live path');
  const why = isolated
    ? 'since there is no live tree'
    : 'since this host allows no private namespaces; so the checker could also see its network and its other files';
  return pass(
    'checked_at_staged_path',
    `named-checkconf accepts the tree where it is staged; absolute paths in it were looked up in the live tree, ${why}`,
  );
}

/** Where relative paths begin, for a configuration that cannot be read as a whole. */
async function statedDirectory(tree: string, stateDir: string): Promise<string> {
  let stated = stateDir;
  await placeInTree(tree, (tokens, at) => {
    const value = tokens[at + 1];
    const found = tokens[at]?.text.toLowerCase() === 'directory' && value?.text.startsWith('"/') === true;
    if (found) stated = bare(value.text);
    return found;
  });
  return stated;
}

function refused({ path, line, directive, why }: ForbiddenDirective, root: string): Verdict {
  const place = `${root}/${path}:${line}: "${directive}"`;
  return why === 'code'
    ? fail('directive_forbidden', `${place} loads code into the daemon, which no bundle may`)
    : fail('path_outside', `${place} ${OUTSIDE}`);
}

const OUTSIDE =
  "names a path outside the managed root, the daemon's state directory and the directories that the host's configuration lists";

function faulty(
  { code, keyword, value, why }: ConfigurationFault,
  root: string,
  place: string | null,
): Verdict {
  const what = `${place === null ? root : `${root}/${place}`}: "${keyword} ${value}"`;
  switch (code) {
    case 'directive_forbidden':
      return fail('directive_forbidden', `${what} loads code into the daemon, which no bundle may`);
    case 'path_outside':
      return fail('path_outside', `${what} ${OUTSIDE}`);
    case 'dynamic_zone_in_bundle':
      return fail(
        'dynamic_zone_in_bundle',
        `${what} ${why}, so the daemon would write into the generation; put its file (or journal, or keys) below the state directory`,
      );
    case 'daemon_writes_bundle':
      return fail('daemon_writes_bundle', `${what} ${why}; put it below the state directory`);
    default:
      return code satisfies never;
  }
}

/** Where in a tree the words of a fault stand, as `<file>:<line>`. */
async function placeOf(
  tree: string,
  { keyword, value }: Pick<ConfigurationFault, 'keyword' | 'value'>,
): Promise<string | null> {
  const same = (word: string | undefined, wanted: string): boolean =>
    word !== undefined &&
    bare(word)
      .toLowerCase()
      .replace(/(.)\.$/, '$1') === wanted.toLowerCase();
  const together = await placeInTree(
    tree,
    (tokens, at) => same(tokens[at]?.text, keyword) && same(tokens[at + 1]?.text, value),
  );
  return together ?? (await placeInTree(tree, (tokens, at) => same(tokens[at]?.text, value)));
}
