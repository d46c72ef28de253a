import {
  chmod,
  chown,
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import type { Disk } from './interface.ts';

/** The file systems of this machine. */
export const nodeDisk: Disk = {
  chmod,
  chown,
  copyFile: (from, to) => copyFile(from, to),
  link,
  lstat,
  mkdir,
  open,
  readdir: (folder) => readdir(folder),
  readFile: (path) => readFile(path),
  readlink: (path) => readlink(path),
  realpath: (path) => realpath(path),
  rename,
  rm,
  stat,
  symlink,
};
