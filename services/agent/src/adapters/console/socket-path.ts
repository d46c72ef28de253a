import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

const SOCKET = 'socket';

/** The folder of the console's socket. Nobody else may enter it, so the socket is closed to others from its first moment. */
export function consoleFolder(storeDir: string): string {
  return join(storeDir, 'console');
}

/**
 * Does something with the path of the socket. The kernel takes at most 107 bytes for one, and a store may lie
 * deeper: through the open folder the path is always short.
 */
export async function withSocketPath<T>(storeDir: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder: FileHandle = await open(consoleFolder(storeDir), 'r');
  try {
    return await use(`/proc/self/fd/${folder.fd}/${SOCKET}`);
  } finally {
    await folder.close();
  }
}
