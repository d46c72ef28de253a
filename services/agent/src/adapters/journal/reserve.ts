import type { Disk } from '../disk/interface.ts';
import { hasCode, readIfThere, writeSynced } from '../durable.ts';
import type { JournalEntry } from '../../core/journal-entry.ts';

const SIZE = 256 * 1024;

/** What has to be written on the way back. A new change must not begin on a disk that is full; a revert must. */
const WAY_BACK: ReadonlySet<JournalEntry['type']> = new Set([
  'failed',
  'reverting',
  'reverted',
  'revertFailed',
  'unexplained',
]);

/** Whether an entry may be written with the room that was kept for it. */
export function mayUseReserve(entry: JournalEntry): boolean {
  return WAY_BACK.has(entry.type);
}

/**
 * Room on the disk that is taken beforehand and given up when there is no other, so that a full disk does not
 * keep a host from going back to what was good.
 */
export interface Reserve {
  /** Takes the room if it is to be had; where the disk is full already, a later call may succeed. */
  take(): Promise<void>;
  release(): Promise<void>;
}

/** A reserve in the form of a file of zeros. */
export function fileReserve(path: string, disk: Disk): Reserve {
  let taken = false;
  return {
    async take() {
      if (taken) return;
      try {
        if ((await readIfThere(path, disk))?.length !== SIZE) {
          await disk.rm(path, { force: true });
          await writeSynced(path, Buffer.alloc(SIZE), 0o600, disk);
        }
        taken = true;
      } catch (error) {
        // Half a reserve would only make the disk fuller; one that somebody else is making is theirs.
        if (!hasCode(error, 'EEXIST')) await disk.rm(path, { force: true });
      }
    },

    async release() {
      taken = false;
      await disk.rm(path, { force: true });
    },
  };
}
