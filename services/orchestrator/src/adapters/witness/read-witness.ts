import { readFile } from 'node:fs/promises';
import type { Testimony } from './interface.ts';
import { decodeNews } from './lines.ts';
import { Sighted } from './sighted.ts';

/** A witness file as it was found. */
export interface Found {
  seen: Sighted & Testimony;
  bytes: number;
  /** Lines that could not be read. */
  damaged: number;
  /** `false` when there is no such file yet. */
  exists: boolean;
}

/** Reads a witness file without changing it, also that of a running orchestrator. @throws when it cannot be read. */
export async function readWitness(path: string): Promise<Found> {
  const seen = new Sighted();
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  const { news, damaged } = decodeNews(text ?? '');
  for (const line of news) seen.learn(line);
  return { seen, bytes: Buffer.byteLength(text ?? ''), damaged, exists: text !== null };
}
