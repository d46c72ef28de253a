import { readFile } from 'node:fs/promises';
import type { ProcessId } from '../../core/daemon.ts';
import { hasCode } from '../durable.ts';

/**
 * Asks the kernel about a process.
 * @returns `null` when it is gone, or is a zombie: it has ended, and only its parent has not noticed yet.
 */
export async function observeProcess(pid: number): Promise<ProcessId | null> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
}

/** Reads `/proc/<pid>/stat` (proc(5)): field 1 is the process id, field 3 the state, field 22 the start time. */
export function parseStat(stat: string): ProcessId | null {
  // Field 2 is the command in brackets, and may itself hold spaces and brackets: count from the last one.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return null;
  return { pid: Number.parseInt(stat, 10), startedAt: Number(fields[22 - 4]) };
}
