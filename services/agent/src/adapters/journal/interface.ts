import type { JournalEntry, JournalRecord } from '../../core/journal-entry.ts';

/** An append-only record of intents and outcomes that survives `kill -9` and a power cut. */
export interface Journal {
  /** Names this journal; a new one (after a lost disk) has another name. */
  readonly id: string;
  /** What was found wrong with its file when it was opened, for a person; `null` when nothing was. */
  readonly damage?: string | null;
  /** Why nothing can be written to it, in a sentence for a person; `null` or absent while it can. */
  readonly unwritable?: string | null;
  /** All records, oldest first. A torn or damaged tail has been cut off when the journal was opened. */
  records(): readonly JournalRecord[];
  /**
   * Appends one entry. When the promise resolves, the record is on disk (fsync).
   * @throws when it could not be made durable: the act that it announces must then not begin.
   */
  append(entry: JournalEntry): Promise<JournalRecord>;
}
