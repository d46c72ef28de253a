import { open } from 'node:fs/promises';
import { hasCode } from '../durable.ts';
import { logEnd } from './last-words.ts';
import type { LogTail } from './reload-log.ts';

const CHUNK = 256 * 1024;

/** A log file from its present end on. One that became shorter is a new one, and is read from its beginning. */
export function fileTail(log: string): LogTail {
  let place = 0;
  let decoder = new TextDecoder();

  const readOn = async (): Promise<string> => {
    const file = await open(log, 'r');
    try {
      if ((await file.stat()).size < place) place = 0;
      let text = '';
      for (;;) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, place);
        if (bytesRead === 0) return text;
        place += bytesRead;
        text += decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
      }
    } finally {
      await file.close();
    }
  };

  return {
    async begin() {
      place = await logEnd(log);
      decoder = new TextDecoder();
    },
    async more() {
      try {
        return await readOn();
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return ''; // rotated away, and not there again yet
        throw error;
      }
    },
  };
}
