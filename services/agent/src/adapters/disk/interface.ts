/** What kind of thing a name leads to. */
export interface FileStat {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  /** Bytes. */
  size: number;
  mode: number;
  uid: number;
  gid: number;
}

/** An open file or folder. What was written survives a power cut only after `sync` or `datasync`. */
export interface DiskFile {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number }>;
  /** May take only a part. */
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
  writeFile(content: string | Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  stat(): Promise<FileStat>;
  /** Content and size are on disk; of a folder, the names in it. */
  sync(): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * All that the journal and the generations do to a file system, as `node:fs/promises` puts it; errors have the
 * codes of the kernel (`ENOENT`, `ENOSPC`, `EROFS`, `EIO`, …). It is an interface so that the same code can be run
 * on a disk that is full, or loses power, at every one of these calls.
 *
 * Content is on disk after a sync of its file, a name after a sync of the folder that holds it: until then a power
 * cut may keep it, lose it or tear it.
 */
export interface Disk {
  open(path: string, flags: 'r' | 'r+' | 'wx', mode?: number): Promise<DiskFile>;
  readFile(path: string): Promise<Buffer>;
  copyFile(from: string, to: string): Promise<void>;
  /** Atomic, over what is there if need be. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file. */
  link(existing: string, path: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  readlink(path: string): Promise<string>;
  realpath(path: string): Promise<string>;
  lstat(path: string): Promise<FileStat>;
  stat(path: string): Promise<FileStat>;
  readdir(folder: string): Promise<string[]>;
  /** @returns with `recursive`, the first folder that was made, if any was. */
  mkdir(path: string, options?: { recursive?: boolean; mode?: number }): Promise<string | undefined>;
  rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  chown(path: string, uid: number, gid: number): Promise<void>;
}
