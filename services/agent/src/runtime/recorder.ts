import { LOG_FIELDS } from '@breakwater/shared';
import type { JournalEntry, JournalRecord } from '../core/journal-entry.ts';
import { isLegal, type Memory, recall, remember } from '../core/memory.ts';
import { clipped } from '../core/status.ts';
import { goesBack } from '../core/transitions.ts';
import type { Outside } from './outside.ts';

/** What is remembered, in step with the journal: an entry counts when it is durable. */
export class Recorder {
  #memory: Memory;
  /** Entries on the way back that the journal could not take; they are written before anything else is. */
  readonly #owed: JournalEntry[] = [];
  readonly #outside: Pick<Outside, 'journal' | 'clock' | 'boot' | 'log'>;
  readonly #onRecord: () => void;

  constructor(outside: Pick<Outside, 'journal' | 'clock' | 'boot' | 'log'>, onRecord: () => void) {
    this.#outside = outside;
    this.#onRecord = onRecord;
    this.#memory = recall(outside.journal.records());
  }

  get memory(): Memory {
    return this.#memory;
  }

  /** Whether all that is remembered is on disk; an agent that starts again would otherwise remember less. */
  get settled(): boolean {
    return this.#owed.length === 0;
  }

  /**
   * Makes an entry durable, then remembers it.
   *
   * Should the journal fail, an entry that leads back is remembered all the same: a full disk must not keep a
   * broken name server broken. Nothing is lost by it, since after a crash the older journal and a link that
   * leads to the old generation lead to the same revert once more.
   * @throws when the entry leads forward and could not be made durable: its act must then not begin.
   */
  async record(given: JournalEntry): Promise<void> {
    const entry = 'verdict' in given ? { ...given, verdict: clipped(given.verdict) } : given;
    if (!isLegal(this.#memory, entry)) {
      throw new Error(`bug: ${entry.type} may not follow ${this.#memory.change?.phase ?? 'nothing'}`);
    }
    this.#remember(await this.#append(entry));
  }

  async #append(entry: JournalEntry): Promise<JournalRecord> {
    const { journal, clock, boot, log } = this.#outside;
    try {
      await this.settle();
      return await journal.append(entry);
    } catch (error) {
      if (!leadsBack(this.#memory, entry)) throw error;
      log.error({ err: error }, `the journal does not take "${entry.type}"; going back without it`);
      this.#owed.push(entry);
      return { ...entry, seq: 0, at: clock.monotonic(), boot };
    }
  }

  /** Writes what the journal could not take before. */
  async settle(): Promise<void> {
    for (let entry = this.#owed[0]; entry !== undefined; entry = this.#owed[0]) {
      await this.#outside.journal.append(entry);
      this.#owed.shift();
      this.#onRecord();
    }
  }

  #remember(record: JournalRecord): void {
    const from = this.#memory.change?.phase ?? 'none';
    this.#memory = remember(this.#memory, record);
    this.#tell(from, record);
    this.#onRecord();
  }

  #tell(from: string, record: JournalRecord): void {
    const { change } = this.#memory;
    const verdict = 'verdict' in record ? record.verdict : null;
    const fields = {
      [LOG_FIELDS.epoch]: change?.assignment.epoch,
      [LOG_FIELDS.rollout]: change?.assignment.rollout,
      [LOG_FIELDS.from]: from,
      [LOG_FIELDS.to]: record.type,
      [LOG_FIELDS.code]: verdict?.code,
      [LOG_FIELDS.reason]: verdict?.reason,
    };
    const bad = verdict !== null && verdict.verdict !== 'pass';
    this.#outside.log[bad ? 'warn' : 'info'](fields, `${from} -> ${record.type}`);
  }
}

function leadsBack({ change }: Memory, { type }: JournalEntry): boolean {
  if (type === 'failed' || type === 'reverting' || type === 'revertFailed' || type === 'unexplained')
    return true;
  return (type === 'restarting' || type === 'reverted') && change !== null && goesBack(change.phase);
}
