import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Where a copy of the first page is kept, for hosting somewhere else. */
export interface StaticCopy {
  /** Writes it anew; a write that is asked for while one is under way takes its place afterwards. */
  write(page: string): Promise<void>;
}

/**
 * Keeps a file that is always whole: whoever reads it has the page of before or the one of after, also when the power fails
 * in between.
 */
export function staticCopy(path: string): StaticCopy {
  let next: string | null = null;
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (next !== null) {
      const page = next;
      next = null;
      await replace(path, page);
    }
  }

  return {
    write(page) {
      next = page;
      writing ??= writeAll().finally(() => {
        writing = null;
      });
      return writing;
    },
  };
}

async function replace(path: string, content: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
