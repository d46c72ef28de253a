import { chmod, mkdtemp, realpath, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { hasCode } from '../durable.ts';
import { BARE, confinement, HIDDEN, IN_PLACE, type User } from './sandbox-script.ts';

/** How a program that looks at a tree ended. */
export type Outcome =
  | { kind: 'exited'; code: number; output: string }
  | { kind: 'timeout'; afterMs: number }
  /** It did not run, or did not come to an end of its own. */
  | { kind: 'broken'; cause: string };

/** A place in which programs can look at a tree that is not live. */
export interface Sandbox {
  /**
   * Runs a program on a tree: without network, unable to write, without privileges, in bounded time and memory.
   * @param command is told at which path the tree appears. With `atLivePath`, that is the live path, so that every
   *   absolute path in the tree is the real one. `isolated`: it saw nothing of the network and of other files.
   * @param input what it reads from its standard input, likewise.
   * @param longerMs for how much longer than usual it may run, in milliseconds.
   */
  run(
    tree: string,
    command: (at: string) => readonly string[],
    input?: (at: string) => string,
    longerMs?: number,
  ): Promise<{ outcome: Outcome; at: string; atLivePath: boolean; isolated: boolean }>;
}

/** What a sandbox shows. */
export interface Surroundings {
  /** The live path of the managed root. */
  root: string;
  /** Where the daemon works, and where programs start. */
  stateDir: string;
  /** Further folders that a configuration may name. */
  directories: readonly string[];
  timeoutMs?: number;
}

interface Mode {
  /** The command that makes namespaces; empty where none are allowed. */
  namespaces: readonly string[];
  user: User;
}

const TIMEOUT_MS = 30_000;

const NAMESPACES = ['--mount', '--propagation', 'private', '--net', '--ipc', '--pid'];
const HIDING = ['unshare', ...NAMESPACES, '--fork', '--kill-child=SIGKILL'];

/**
 * What may be allowed, best first. The owner of the state directory comes after a stranger: that directory may be closed to
 * everybody else, and without capabilities the owner may only read it.
 */
function modes(owner: User): Mode[] {
  return [
    { namespaces: HIDING, user: 'stranger' },
    { namespaces: HIDING, user: owner },
    { namespaces: [...HIDING, '--user', '--map-root-user'], user: 'mapped root' },
    { namespaces: [], user: 'stranger' },
    { namespaces: [], user: owner },
    { namespaces: [], user: 'own' },
  ];
}

/**
 * Finds out what this host allows. In private namespaces a staged tree takes the place of the live one for a few
 * processes, which see nothing else of the host and can neither ask nor tell anybody anything. Where neither root nor a
 * user namespace may do that, trees are looked at where they were staged.
 */
export async function openSandbox(surroundings: Surroundings): Promise<Sandbox> {
  const { root, timeoutMs = TIMEOUT_MS } = surroundings;
  const mode = await allowedMode(surroundings);
  return {
    async run(tree, command, input = () => '', longerMs = 0) {
      const atLivePath = mode.namespaces.length > 0 && (await leadsSomewhere(root));
      const at = atLivePath ? root : tree;
      const parameters = await parametersOf(mode, surroundings, tree, at);
      const outcome = await runScript(mode, [...parameters, ...command(at)], {
        input: input(at),
        timeoutMs: timeoutMs + longerMs,
      });
      return { outcome, at, atLivePath, isolated: mode.namespaces.length > 0 };
    },
  };
}

async function parametersOf(
  mode: Mode,
  { stateDir, directories }: Surroundings,
  tree: string,
  at: string,
): Promise<string[]> {
  const folders = [stateDir, ...directories];
  // What is not for everybody is often readable by the daemon's group.
  const confined = confinement(mode.user, await groupsOf([...folders, tree]));
  if (mode.namespaces.length === 0) return [stateDir, confined];
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return [stateDir, confined, tree, at, ...new Set([...folders, ...real]), '--'];
}

/** The groups of folders, that of root aside. */
async function groupsOf(folders: readonly string[]): Promise<number[]> {
  const owners = await Promise.all(folders.map(ownerOf));
  return [...new Set(owners.map((owner) => owner?.gid ?? 0))].filter((gid) => gid !== 0);
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | null> {
  return stat(folder).catch(() => null);
}

async function allowedMode(surroundings: Surroundings): Promise<Mode> {
  // A disk that is full or read-only must not keep an agent from starting, which may have to go back.
  const made = await mkdtemp(join(tmpdir(), 'breakwater-probe-')).catch(() => null);
  const folder = made ?? surroundings.stateDir;
  try {
    if (made !== null) await chmod(made, 0o755);
    const owner = await ownerOf(surroundings.stateDir);
    // Without a state directory nothing can be checked, and the checker will say so; that is no reason to hide less.
    const around = owner === null ? { ...surroundings, stateDir: folder } : surroundings;
    for (const mode of modes(owner ?? 'own')) {
      const parameters = await parametersOf(mode, around, folder, folder);
      // Without a root folder of its own a program also needs a way through the folders above the tree.
      const live = mode.namespaces.length === 0 && (await leadsSomewhere(around.root)) ? around.root : '.';
      const reads = ['sh', '-c', 'test -r . && test -x . && test -r "$1" && test -x "$1"', 'sh', live];
      const probe = await runScript(mode, [...parameters, ...reads], {});
      if (probe.kind === 'exited' && probe.code === 0) return mode;
    }
    return { namespaces: [], user: 'own' };
  } finally {
    if (made !== null) await rmdir(made);
  }
}

/** Whether there is anything at the live path that a tree can cover. */
async function leadsSomewhere(root: string): Promise<boolean> {
  try {
    await realpath(root);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function runScript(
  { namespaces }: Mode,
  parameters: readonly string[],
  { input = '', timeoutMs = TIMEOUT_MS }: { input?: string; timeoutMs?: number },
): Promise<Outcome> {
  const script = namespaces.length > 0 ? HIDDEN : BARE;
  const [program = 'sh', ...rest] = [...namespaces, 'sh', '-c', script, 'sh', ...parameters];
  const running = execa(program, rest, {
    cwd: '/',
    detached: true,
    reject: false,
    all: true,
    input,
    stripFinalNewline: false,
    maxBuffer: 32 << 20,
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(running.pid);
  }, timeoutMs);
  const result = await running.finally(() => clearTimeout(timer));
  if (late) return { kind: 'timeout', afterMs: timeoutMs };
  const why = result.shortMessage ?? 'it ended without a word';
  const [before = '', output] = (result.all ?? '').split(IN_PLACE, 2);
  if (output === undefined) return { kind: 'broken', cause: before.trim() || why };
  if (result.exitCode === undefined) return { kind: 'broken', cause: why };
  return { kind: 'exited', code: result.exitCode, output };
}

/**
 * Ends a program with everything that it has started: what is left of it would hold the pipe that is read here open, and
 * the agent would wait. Nothing that it does deserves a chance to clean up, and a hung one would not take it.
 */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
