import { z } from 'zod';
import type { JournalRecord } from '../../core/journal-entry.ts';
import { readLine, writeLine } from './journal-line.ts';

/** The first line of a journal file. A later format has a higher `schema`, and upgrades what it finds here. */
const Header = z.strictObject({ journal: z.uuid(), schema: z.literal(1) });
const Sequenced = z.looseObject({ type: z.string(), seq: z.int().min(1), at: z.number(), boot: z.string() });

/** What a journal file holds. */
export interface JournalContent {
  /** `null` when the header cannot be read. */
  id: string | null;
  records: JournalRecord[];
  /** Where the next line goes; everything behind it is a torn tail. */
  end: number;
  /** Numbers (from 1) of the lines that cannot be read although later ones can. */
  damaged: number[];
}

/** The header line for a journal of this name. */
export function headerLine(id: string): string {
  return writeLine({ journal: id, schema: 1 } satisfies z.infer<typeof Header>);
}

/**
 * Reads a journal's bytes.
 *
 * Unreadable bytes at the end are what a crash in the middle of an append leaves: that record was never
 * acknowledged, and nothing has followed from it. Unreadable lines *followed by good ones* are another matter:
 * to stop there would forget a later epoch or a later confirmation, and to refuse the whole file would
 * leave the host without anybody to revert it. They are left out, named in `damaged`, and stay in the file as
 * evidence; `seq` then jumps over them, so that every other record keeps its number.
 */
export function readContent(bytes: Buffer): JournalContent {
  const content: JournalContent = { id: null, records: [], end: 0, damaged: [] };
  let unreadable: number[] = [];
  let start = 0;
  for (let number = 1; ; number += 1) {
    const feed = bytes.indexOf(0x0a, start);
    if (feed < 0) return content;
    const value = readLine(bytes.subarray(start, feed));
    start = feed + 1;
    if (!take(content, value, number)) {
      unreadable.push(number);
      continue;
    }
    content.damaged.push(...unreadable);
    unreadable = [];
    content.end = start;
  }
}

function take(content: JournalContent, value: unknown, number: number): boolean {
  if (value === undefined) return false;
  if (number === 1) {
    const header = Header.safeParse(value);
    if (header.success) content.id = header.data.journal;
    else if (typeof value === 'object' && value !== null && 'schema' in value) {
      throw new Error(
        `the journal has schema ${String(value.schema)}, which this agent does not know; run a newer agent`,
      );
    }
    return header.success;
  }
  const record = Sequenced.safeParse(value);
  if (!record.success || record.data.seq <= (content.records.at(-1)?.seq ?? 0)) return false;
  // The checksum says that this is, byte for byte, a record that `append` was given.
  content.records.push(record.data as unknown as JournalRecord);
  return true;
}
