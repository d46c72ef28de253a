import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Notes that in this boot somebody has looked whether the live generation may be started, so that `guard.sh` may
 * trust an agent that runs. Where the note cannot be written (a disk that is full), the guard looks each time.
 */
export async function markGuarded(storeDir: string, boot: string): Promise<void> {
  await writeFile(join(storeDir, 'guarded'), `${boot}\n`).catch(() => undefined);
}

/**
 * Goes on as the account that owns a folder. The guard runs as root, and the store may belong to an agent that does
 * not: a file of root in it would lock that agent out, and a link there could lead root to any other file.
 */
export async function becomeOwnerOf(folder: string): Promise<void> {
  const { uid, gid } = await stat(folder);
  if (process.geteuid?.() !== 0 || uid === 0) return;
  process.setgroups?.([]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
}
