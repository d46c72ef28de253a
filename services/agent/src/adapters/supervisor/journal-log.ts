import { execa } from 'execa';
import { z } from 'zod';
import type { SystemctlOptions } from './systemctl.ts';
import type { LogTail } from './reload-log.ts';

const READ_BOUND_MS = 5000;
/** More lines than a daemon with ten thousand zones writes in a reload. */
const MAX_LINES = 20_000;

/** The fields of journal entries that are read; the names are systemd.journal-fields(7)'s. */
const Entry = z
  .object({ __CURSOR: z.string(), MESSAGE: z.string().optional(), __MONOTONIC_TIMESTAMP: z.string() })
  .transform(({ __CURSOR: cursor, MESSAGE: message = '', __MONOTONIC_TIMESTAMP: us }) => ({
    cursor,
    message,
    atUs: Number(us),
  }));

/**
 * What a unit has written to systemd's journal. Places in it are told by the time since boot, which nobody can turn
 * back, and by cursors.
 */
export function journalTail(
  options: SystemctlOptions,
  monotonicMs: () => number,
): LogTail & { last(): Promise<string> } {
  let sinceUs = 0;
  let cursor: string | null = null;

  const read = async (from: readonly string[]): Promise<z.output<typeof Entry>[]> => {
    const of = options.scope === 'user' ? '--user-unit' : '--unit';
    const fields = '--output-fields=MESSAGE';
    const words = [
      '--boot',
      '--quiet',
      '--output=json',
      fields,
      `--lines=${MAX_LINES}`,
      ...from,
      of,
      options.unit,
    ];
    const { stdout } = await execa('journalctl', words, {
      env: { ...options.environment, LC_ALL: 'C' },
      stdin: 'ignore',
      timeout: READ_BOUND_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return parseEntries(lines).filter((entry) => entry.atUs >= sinceUs);
  };
  const textOf = (entries: readonly z.output<typeof Entry>[]): string =>
    entries.map((entry) => `${entry.message}\n`).join('');

  return {
    begin: async () => {
      sinceUs = monotonicMs() * 1000;
      cursor = null;
    },
    more: async () => {
      const entries = await read(cursor === null ? [] : [`--after-cursor=${cursor}`]);
      cursor = entries.at(-1)?.cursor ?? cursor;
      return textOf(entries);
    },
    last: async () => textOf(await read([])),
  };
}

/** Lines of `journalctl --output=json`; one that is none (a message of bytes is an array) is left out. */
export function parseEntries(lines: readonly string[]): z.output<typeof Entry>[] {
  return lines.flatMap((line) => {
    try {
      return [Entry.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
