import { mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { hasCode } from '../durable.ts';

/** How a program that looks at a tree ended. */
export type Outcome =
  | { kind: 'exited'; code: number; output: string }
  | { kind: 'timeout' }
  /** It did not run, or did not come to an end of its own. */
  | { kind: 'broken'; cause: string };

/** A place in which programs can look at a tree that is not live. */
export interface Sandbox {
  /**
   * Runs `<command…> <file of the tree>`. With `atLivePath`, the tree appeared to it at the live path, so that
   * every absolute path in it was the real one.
   */
  run(
    command: readonly string[],
    tree: string,
    file: string,
  ): Promise<{ outcome: Outcome; atLivePath: boolean }>;
}

const TIMEOUT_MS = 30_000;
const MEMORY_KIB = 4 * 1024 * 1024;
/** The last thing that the shell says; before it, no exit code is the program's own. */
const IN_PLACE = 'breakwater: in place\n';

// $1: tree, $2: where it is to appear ("" for nowhere), then the command. The shell becomes the program, so that
// whoever kills it on a timeout kills the program. Debian keeps daemons' tools out of the PATH of ordinary users.
const SCRIPT = `
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
ulimit -v ${MEMORY_KIB}
exec 2>&1
if [ -n "$2" ]; then mount --bind "$1" "$2" || exit 1; fi
shift 2
command -v "$1" >/dev/null || { echo "$1 is not installed"; exit 1; }
printf '%s' '${IN_PLACE}'
exec "$@"
`;

const NAMESPACES = ['unshare', '--mount', '--propagation', 'private', '--net'];

/**
 * Finds out what this host allows. In a private mount namespace a staged tree takes the place of the live one for
 * a single process, and in a private network namespace that process can neither ask nor tell anybody anything.
 * Where neither root nor a user namespace may do that, trees are looked at where they were staged.
 */
export async function openSandbox(root: string, cwd: string): Promise<Sandbox> {
  const namespaces = await allowedNamespaces(cwd);
  return {
    async run(command, tree, file) {
      const live = namespaces === null ? null : await liveTree(root);
      if (namespaces === null || live === null) {
        return {
          outcome: await runScript([], cwd, [tree, '', ...command, join(tree, file)]),
          atLivePath: false,
        };
      }
      return {
        outcome: await runScript(namespaces, cwd, [tree, live, ...command, join(root, file)]),
        atLivePath: true,
      };
    },
  };
}

async function allowedNamespaces(cwd: string): Promise<string[] | null> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-probe-'));
  try {
    for (const namespaces of [NAMESPACES, [...NAMESPACES, '--user', '--map-root-user']]) {
      const probe = await runScript(namespaces, cwd, [folder, folder, 'true']);
      if (probe.kind === 'exited' && probe.code === 0) return namespaces;
    }
    return null;
  } finally {
    await rmdir(folder);
  }
}

/** The folder that the managed root leads to; `null` when it leads nowhere, and there is nothing to cover. */
async function liveTree(root: string): Promise<string | null> {
  try {
    return await realpath(root);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function runScript(
  prefix: readonly string[],
  cwd: string,
  parameters: readonly string[],
): Promise<Outcome> {
  const [program = 'sh', ...rest] = [...prefix, 'sh', '-c', SCRIPT, 'sh', ...parameters];
  const result = await execa(program, rest, {
    cwd,
    reject: false,
    all: true,
    stdin: 'ignore',
    stripFinalNewline: false,
    timeout: TIMEOUT_MS,
    // Nothing that it does deserves a chance to clean up, and a hung one would not take it.
    killSignal: 'SIGKILL',
    maxBuffer: 32 << 20,
  });
  if (result.timedOut) return { kind: 'timeout' };
  const why = result.shortMessage ?? 'it ended without a word';
  const [before = '', output] = (result.all ?? '').split(IN_PLACE, 2);
  if (output === undefined) return { kind: 'broken', cause: before.trim() || why };
  if (result.exitCode === undefined) return { kind: 'broken', cause: why };
  return { kind: 'exited', code: result.exitCode, output };
}
