import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, readIfThere } from '../durable.ts';

/** Length and fields of `supervise/status`, as runsv.c of runit 2.1.2 writes them in `update_status`. */
const LENGTH = 20;
const PID_AT = 12;
const STATE_AT = 19;
const STATE_RUN = 1;

/**
 * The process that runsv runs as the service; `null` while there is none. While `./finish` runs, the process
 * id in the file is that of `./finish`, which the state tells.
 */
export function runningPid(status: Buffer): number | null {
  if (status.length !== LENGTH || status[STATE_AT] !== STATE_RUN) return null;
  return status.readUInt32LE(PID_AT) || null;
}

/**
 * Asks runsv's own files which process runs.
 * @returns `null` also when there is no runsv: then the file is an old one, and its process id may by now
 *   be anybody's.
 */
export async function servicePid(service: string): Promise<number | null> {
  if (!(await isSupervised(service))) return null;
  const status = await readIfThere(join(service, 'supervise/status'));
  return status === null ? null : runningPid(status);
}

/** runsv holds the reading end of `supervise/ok` for as long as it lives; that is how `sv` knows, too. */
export async function isSupervised(service: string): Promise<boolean> {
  return (await writeFifo(join(service, 'supervise/ok'), '')) === null;
}

/**
 * Writes commands into `supervise/control`, one letter each (see runsv(8)).
 * @throws when no runsv is there to read them.
 */
export async function control(service: string, letters: string): Promise<void> {
  const error = await writeFifo(join(service, 'supervise/control'), letters);
  if (error)
    throw new Error(`no runsv supervises ${service}; start it with runsvdir or runsv`, { cause: error });
}

/** Not waiting for a reader: without one, opening a pipe for writing would block for good. */
async function writeFifo(path: string, text: string): Promise<Error | null> {
  try {
    const fifo = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      if (text !== '') await fifo.write(text);
    } finally {
      await fifo.close();
    }
    return null;
  } catch (error) {
    if (error instanceof Error && hasCode(error, 'ENXIO', 'ENOENT')) return error;
    throw error;
  }
}
