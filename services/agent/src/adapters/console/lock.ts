import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What `flock` answers with when somebody else keeps the lock. */
const TAKEN = 75;
const WAIT_S = 10;

/** The lock that an agent's service holds for as long as the agent lives. */
function lockOf(storeDir: string): string {
  return join(storeDir, 'agent.lock');
}

/** The lock could be neither opened nor made (a disk that is read-only or full): then no agent holds it either. */
const NO_LOCK: readonly (number | null)[] = [66, 69, 71, 73, 74];

/**
 * Runs this very command again, holding the agent's lock, so that no supervisor starts an agent beside it.
 * @returns its exit code, or `no lock` when there is none to be had on this disk.
 * @throws when somebody keeps the lock, or there is no `flock` on this host.
 */
export function againUnderLock(storeDir: string, args: readonly string[]): Promise<number | 'no lock'> {
  const lock = lockOf(storeDir);
  const [node = 'node', script = ''] = process.argv;
  const flock = ['-F', '-w', String(WAIT_S), '-E', String(TAKEN), lock];
  const command = [node, ...process.execArgv, script, ...args, '--locked'];
  const child = spawn('flock', [...flock, ...command], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (NO_LOCK.includes(code)) resolve('no lock');
      else if (code === TAKEN) reject(new Error(taken(lock)));
      else if (code === null) reject(new Error(`the command was ended by ${signal}`));
      else resolve(code);
    });
  });
}

function taken(lock: string): string {
  return (
    `Somebody holds ${lock} and does not answer: an agent that is starting, or one that hangs. ` +
    'Try again; if that does not help, stop the agent with its service manager (it reverts nothing by that), and try again.'
  );
}
