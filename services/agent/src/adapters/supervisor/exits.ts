import { open } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { hasCode } from '../durable.ts';

/** How often the daemon has ended, and how it did so the last time. */
export interface Exits {
  exits: number;
  lastExit: string | null;
}

/**
 * Follows the file to which the service's `./finish` appends `<exit code> <signal>` each time. A daemon in a
 * restart loop makes it long, so only what is new is read.
 */
export function exitCounter(path: string): () => Promise<Exits> {
  let exits = 0;
  let lastExit: string | null = null;
  let offset = 0;

  const readNew = async (): Promise<string> => {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      // Somebody emptied it; the count itself must not go back.
      if (size < offset) offset = 0;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - offset), 0, size - offset, offset);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  };

  return async () => {
    try {
      const text = await readNew();
      const complete = text.slice(0, text.lastIndexOf('\n') + 1);
      const lines = complete.split('\n').slice(0, -1);
      offset += complete.length;
      exits += lines.length;
      lastExit = lines.length === 0 ? lastExit : describeExit(lines.at(-1) ?? '');
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error; // not there: it has never ended
    }
    return { exits, lastExit };
  };
}

/**
 * Says in words how a process ended. runsv gives `./finish` the exit code, or -1 after a signal, and the lower
 * eight bits of the wait status: the signal, and 128 more if it left a core file.
 */
export function describeExit(line: string): string {
  const [code, status] = line.trim().split(/\s+/).map(Number);
  if (code === undefined || Number.isNaN(code))
    return `ended in a way that ./finish did not record ("${line}")`;
  if (code >= 0 || status === undefined) return `exited with status ${code}`;
  const signal = status & 0x7f;
  const name = Object.entries(os.signals).find(([, number]) => number === signal)?.[0];
  return `killed by signal ${signal}${name === undefined ? '' : ` (${name})`}`;
}
