import { join } from 'node:path';
import type { JournalRecord } from '../../core/journal-entry.ts';
import { readIfThere } from '../durable.ts';
import type { Journal } from './interface.ts';
import { readContent } from './journal-content.ts';

/** What a journal says at one moment. */
export interface JournalReading {
  records: readonly JournalRecord[];
  /** Numbers of damaged lines that are left out. */
  damaged: readonly number[];
}

/**
 * Reads the journal in a folder and touches nothing, so that it works beside a running agent, on a disk that is
 * read-only, and for somebody who may not write it.
 * @throws when it cannot be read, or was written by a newer agent.
 */
export async function readJournal(folder: string): Promise<JournalReading> {
  const bytes = await readIfThere(join(folder, 'journal'));
  if (bytes === null) return { records: [], damaged: [] };
  const { records, damaged } = readContent(bytes);
  return { records, damaged };
}

/**
 * The journal in a folder, for somebody who only looks at it.
 * @throws when it cannot be read, or was written by a newer agent.
 */
export async function readOnlyJournal(folder: string): Promise<Journal> {
  const { records, damaged } = await readJournal(folder);
  const damage = damaged.length === 0 ? null : `damaged and left out: line ${damaged.join(', ')}`;
  const append = (): Promise<never> => Promise.reject(new Error('this journal was opened to be read only'));
  return { id: '', damage, records: () => records, append };
}
