import { readFile } from 'node:fs/promises';

/** The id that the kernel drew when this machine was started: another one means that it was started again. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
