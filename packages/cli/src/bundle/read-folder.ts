import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLE_LIMITS, collisionFaults, compareNames, pathFault } from '@breakwater/shared';
import { badUsage, type Failure } from '../failures.ts';

/** A folder as the files of a bundle. */
export interface Folder {
  files: Record<string, string>;
  /** What begins with a dot is left out: `.git`, `.DS_Store`, files of editors. No path of a bundle may begin so. */
  leftOut: readonly string[];
}

/** More faults than this in one answer help nobody. */
const TOLD_AT_MOST = 20;
/** Folders may nest, and hold nothing: what is looked at is bounded too. */
const MOST_ENTRIES = 2 * BUNDLE_LIMITS.files;

/**
 * Reads a folder as a bundle. Symbolic links, devices and files that are not text are refused: what is sent is what
 * stands in the folder, and nothing that a link leads to.
 * @throws Failure with every fault.
 */
export async function readFolder(folder: string): Promise<Folder> {
  const leftOut: string[] = [];
  const faults: string[] = [];
  const paths = await list(folder, leftOut, faults);
  if (paths.length === 0 && faults.length === 0)
    throw badUsage(
      `${folder} holds no file`,
      'A bundle has what every host gets below all/, such as all/named.conf.tmpl.',
    );
  for (const path of paths) {
    const fault = pathFault(path);
    if (fault !== null) faults.push(`${path} ${fault}`);
  }
  for (const { path, message } of collisionFaults(paths)) faults.push(`${path} ${message}`);
  refuse(folder, faults);

  const files: Record<string, string> = {};
  let total = 0;
  for (const path of paths) {
    const text = await readText(join(folder, path)).catch((error: unknown) => {
      faults.push(`${path} ${(error as Error).message}`);
      return '';
    });
    total += Buffer.byteLength(text);
    if (total > BUNDLE_LIMITS.totalBytes)
      throw badUsage(`${folder} holds more than ${BUNDLE_LIMITS.totalBytes >> 20} MiB, which no bundle may`);
    files[path] = text;
  }
  refuse(folder, faults);
  return { files, leftOut };
}

function refuse(folder: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  const more = faults.length > TOLD_AT_MOST ? [`and ${faults.length - TOLD_AT_MOST} more`] : [];
  const told = [...faults.slice(0, TOLD_AT_MOST), ...more].map((fault) => `\n  ${fault}`);
  throw badUsage(
    `${folder} cannot be a bundle:${told.join('')}`,
    'A bundle holds text below all/, datacenter/<name>/ and host/<id>/; later ones go over earlier ones.',
  );
}

/** The paths of all files, relative to the folder, in the order in which a person would list them. */
async function list(folder: string, leftOut: string[], faults: string[]): Promise<string[]> {
  const paths: string[] = [];
  const folders = [''];
  let seen = 0;
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(join(folder, below), error);
    });
    for (const entry of entries) {
      seen += 1;
      if (seen > MOST_ENTRIES)
        throw badUsage(`${folder} holds more than ${BUNDLE_LIMITS.files} files, which no bundle may`);
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.name.startsWith('.')) leftOut.push(path);
      else if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) paths.push(path);
      else
        faults.push(
          `${path} is ${entry.isSymbolicLink() ? 'a symbolic link; put the file itself there' : 'no plain file'}`,
        );
    }
  }
  leftOut.sort(compareNames);
  return paths.toSorted(compareNames);
}

/** Reads one file, and not what it may have been exchanged for since it was listed. */
async function readText(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error('is no plain file');
    if (found.size > BUNDLE_LIMITS.fileBytes)
      throw new Error(
        `is larger than ${BUNDLE_LIMITS.fileBytes >> 20} MiB, which no file of a bundle may be`,
      );
    const bytes = await handle.readFile();
    const text = textOf(bytes);
    if (text === null || text.includes('\0'))
      throw new Error('is not text in UTF-8; a bundle holds text only');
    return text;
  } finally {
    await handle.close();
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A slip of the keyboard is told in words, all else as the system tells it. */
export function unreadable(path: string, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  return badUsage(
    code === 'ENOENT' ? `There is no folder or file ${path}` : `${path} cannot be read: ${message}`,
  );
}

/** Whether a path is a folder; a link to one is not. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return found.isDirectory();
}
