import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

/** A token or password that nobody can guess, in characters that need no quoting anywhere. */
export function newSecret(): string {
  return randomBytes(24).toString('hex');
}

/** Writes a file that only its owner can read. */
export async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
}
