import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Clock, formatDuration } from '@breakwater/shared';
import { type RelayClient, relayClient } from './relay-client.ts';
import { stageCommand, type StagePlan } from './stage-script.ts';

const MEMORY_KIB = 4 * 1024 * 1024;
/** A stage is set up in about 0.1 s; copying directories, where no overlay can be mounted, takes longer. */
const SETUP_BOUND_MS = 15_000;
/** How long the stage may take to end by itself once the agent lets go of it. */
const END_BOUND_MS = 3000;

const PRIVATE = ['--mount', '--propagation', 'private', '--net', '--pid', '--fork', '--kill-child'];
/** What is tried, in this order: as root, and as anybody else where the kernel lets everybody have user namespaces. */
export const NAMESPACES: readonly (readonly string[])[] = [
  PRIVATE,
  ['--user', '--map-root-user', ...PRIVATE],
];

/** A stage with a program started in it. */
export interface OpenStage {
  relay: RelayClient;
  /** Ends everything in it. */
  close: () => Promise<void>;
}

/** The command of a relay that starts a daemon. */
export function relayFor(daemon: readonly string[], { log }: StagePlan): string[] {
  const relay = fileURLToPath(new URL('relay.ts', import.meta.url));
  return [process.execPath, '--max-semi-space-size=2', relay, log, String(MEMORY_KIB), ...daemon];
}

/**
 * Sets a stage up and runs a command in it, as its first process.
 * @param namespaces options of unshare(1)
 * @param command a relay (`relayFor`), or what says that it is ready as one would
 * @throws in words, when it cannot be set up in time
 */
export async function openStage(
  clock: Clock,
  namespaces: readonly string[],
  plan: StagePlan,
  command: readonly string[],
): Promise<OpenStage> {
  const child = spawn('unshare', [...namespaces, ...stageCommand(plan, command)], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const relay = relayClient(child);
  const close = (): Promise<void> => end(clock, child);
  const late = Promise.withResolvers<never>();
  const cancel = clock.setTimer(SETUP_BOUND_MS, () =>
    late.reject(new Error(`the stage was not set up within ${formatDuration(SETUP_BOUND_MS)}`)),
  );
  try {
    await Promise.race([relay.ready, late.promise]);
    return { relay, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    cancel();
  }
}

/** The relay ends when its standard input does, and takes its namespaces along before unshare(1) ends. */
async function end(clock: Clock, child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  const cancel = clock.setTimer(END_BOUND_MS, () => child.kill('SIGKILL'));
  await ended;
  cancel();
}
