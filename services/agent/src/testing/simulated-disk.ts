import { basename, dirname, join, resolve } from 'node:path';
import type { Disk, DiskFile, FileStat } from '../adapters/disk/interface.ts';
import { hasCode } from '../adapters/durable.ts';
import {
  BLOCK,
  change,
  type FileNode,
  type FolderNode,
  makeDurable,
  newFile,
  newFolder,
  type Node,
  tear,
} from './simulated-nodes.ts';

/** What comes of a call: what should, the error with this code, or nothing although it says so. */
export type Fate = null | 'pretended' | (string & {});

/** One process that uses the disk. Once it is dead nothing is done for it, and nothing that it waits for comes. */
export interface Life {
  dead: boolean;
  /** Told of every call before and after it; it may end the life, or say what comes of the call. */
  onCall?: (call: { name: string; path: string; changes: boolean; when: 'before' | 'after' }) => Fate;
}

/** Names that a call changed together; a power cut keeps all of a group or none. */
type Group = { folder: FolderNode; name: string; node: Node | null }[];

/** What a power cut did. */
export interface PowerCut {
  lostNames: number;
  torn: string[];
}

function failure(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code });
}

/**
 * A file system in memory that forgets, when its power is cut, what was never synced: content without a sync of
 * its file, names without a sync of their folder. What is left of the rest is chance: all, nothing, in any order,
 * torn. A rename is atomic, and durable when one of its two folders was synced, as on file systems with a journal.
 */
export class SimulatedDisk {
  readOnly = false;
  /** How many blocks it has; `null` for more than anybody needs. Every name takes one as well. */
  blocks: number | null = null;
  readonly #root = newFolder(0o755);
  #unsynced: Group[] = [];

  constructor() {
    this.#root.entries.set('tmp', newFolder(0o777));
    this.#root.durable.set('tmp', this.#root.entries.get('tmp')!);
  }

  /** Leaves no free block. */
  fill(): void {
    this.blocks = this.#used(this.#root);
  }

  /** Turns over one bit of a file, as a bad block does: nobody is told, and a power cut does not put it right. */
  flip(path: string, random: () => number): void {
    const node = this.#file(path);
    const flipped = Buffer.from(node.content);
    const at = Math.floor(random() * flipped.length);
    flipped[at] = flipped[at]! ^ 1;
    change(node, { at: 0, bytes: flipped });
    makeDurable(node);
  }

  /** What is there now, for whoever judges: the real path and the content of a file, or `null`. */
  peek(path: string): { path: string; text: string } | null {
    try {
      const { node, path: real } = this.#walk(path, true);
      return { path: real, text: node.kind === 'file' ? node.content.toString() : '' };
    } catch {
      return null;
    }
  }

  /** The file system as one process sees it. */
  for(life: Life): Disk {
    const call = async <T>(name: string, path: string, changes: boolean, act: () => T): Promise<T> => {
      const report = (when: 'before' | 'after'): Fate =>
        life.dead ? null : (life.onCall?.({ name, path, changes, when }) ?? null);
      const fault = report('before');
      if (life.dead) return new Promise(() => undefined);
      if (fault === 'pretended') return undefined as T;
      if (fault !== null) throw failure(fault, name, path);
      if (changes && this.readOnly) throw failure('EROFS', name, path);
      const result = act();
      report('after');
      return life.dead ? new Promise(() => undefined) : result;
    };
    const file = (path: string, node: FileNode | FolderNode): DiskFile => this.#handle(path, node, call);
    return {
      open: async (path, flags, mode = 0o666) =>
        file(path, await call(`open ${flags}`, path, flags !== 'r', () => this.#open(path, flags, mode))),
      readFile: (path) => call('readFile', path, false, () => Buffer.from(this.#file(path).content)),
      copyFile: (from, to) => call('copyFile', to, true, () => this.#copyFile(from, to)),
      rename: (from, to) => call('rename', to, true, () => this.#rename(from, to)),
      link: (from, to) => call('link', to, true, () => this.#add(to, this.#file(from), 'link')),
      symlink: (target, path) =>
        call('symlink', path, true, () => this.#add(path, { kind: 'link', mode: 0o777, target }, 'symlink')),
      readlink: (path) => call('readlink', path, false, () => this.#readlink(path)),
      realpath: (path) => call('realpath', path, false, () => this.#walk(path, true).path),
      lstat: (path) => call('lstat', path, false, () => statOf(this.#node(path, false))),
      stat: (path) => call('stat', path, false, () => statOf(this.#node(path, true))),
      readdir: (path) =>
        call('readdir', path, false, () => [...this.#folder(path).entries.keys()].toSorted()),
      // To make what is there already changes nothing, and is refused nowhere.
      mkdir: (path, options = {}) =>
        call('mkdir', path, this.#find(path) === undefined, () => this.#mkdir(path, options)),
      rm: (path, options = {}) => call('rm', path, true, () => this.#rm(path, options)),
      chmod: (path, mode) =>
        call('chmod', path, true, () => {
          this.#node(path, true).mode = mode;
        }),
      chown: (path) => call('chown', path, true, () => void this.#node(path, true)),
    };
  }

  /** Cuts the power. Every life that used the disk must be dead by now. */
  cutPower(random: () => number): PowerCut {
    // Some file systems keep names in order, others promise nothing.
    const inOrder = random() < 0.5;
    const upTo = Math.floor(random() * (this.#unsynced.length + 1));
    let lostNames = 0;
    for (const [index, group] of this.#unsynced.entries()) {
      const kept = inOrder ? index < upTo : random() < 0.5;
      if (kept) for (const each of group) settle(each);
      else lostNames += 1;
    }
    this.#unsynced = [];
    const torn: string[] = [];
    this.#restore(this.#root, '', random, torn, new Set());
    return { lostNames, torn };
  }

  #restore(folder: FolderNode, path: string, random: () => number, torn: string[], seen: Set<Node>): void {
    folder.entries = new Map(folder.durable);
    for (const [name, node] of folder.entries) {
      if (seen.has(node)) continue;
      seen.add(node);
      const here = `${path}/${name}`;
      if (node.kind === 'folder') this.#restore(node, here, random, torn, seen);
      if (node.kind === 'file' && tear(node, random) !== null) torn.push(here);
    }
  }

  #handle(
    path: string,
    node: FileNode | FolderNode,
    call: <T>(name: string, path: string, changes: boolean, act: () => T) => Promise<T>,
  ): DiskFile {
    let place = 0;
    const asFile = (): FileNode => {
      if (node.kind === 'folder') throw failure('EISDIR', 'read', path);
      return node;
    };
    const sync = (): void => {
      if (node.kind === 'folder') this.#syncFolder(node);
      else makeDurable(node);
    };
    return {
      read: (buffer, offset, length, position) =>
        call('read', path, false, () => {
          const from = position ?? place;
          const piece = asFile().content.subarray(from, from + length);
          buffer.set(piece, offset);
          if (position === null) place += piece.length;
          return { bytesRead: piece.length };
        }),
      write: (bytes, offset, length, position) =>
        call('write', path, true, () =>
          this.#write(path, asFile(), bytes.subarray(offset, offset + length), position),
        ),
      writeFile: (content) =>
        call('write', path, true, () => {
          const bytes = Buffer.from(content);
          const { bytesWritten } = this.#write(path, asFile(), bytes, 0);
          if (bytesWritten < bytes.length) throw failure('ENOSPC', 'write', path);
        }),
      truncate: (length) => call('truncate', path, true, () => change(asFile(), { truncate: length })),
      chmod: (mode) =>
        call('chmod', path, true, () => {
          node.mode = mode;
        }),
      stat: () => call('stat', path, false, () => statOf(node)),
      sync: () => call('sync', path, false, sync),
      datasync: () => call('datasync', path, false, sync),
      close: () => call('close', path, false, () => undefined),
    };
  }

  #write(path: string, file: FileNode, bytes: Uint8Array, at: number): { bytesWritten: number } {
    const room = (blocksOf(file) - 1 + this.#free()) * BLOCK - at;
    const taken = Buffer.from(bytes.subarray(0, Math.max(0, Math.min(bytes.length, room))));
    if (taken.length === 0 && bytes.length > 0) throw failure('ENOSPC', 'write', path);
    change(file, { at, bytes: taken });
    return { bytesWritten: taken.length };
  }

  #free(): number {
    return this.blocks === null ? Number.MAX_SAFE_INTEGER / BLOCK / 2 : this.blocks - this.#used(this.#root);
  }

  #used(node: Node): number {
    if (node.kind !== 'folder') return blocksOf(node);
    return [...node.entries.values()].reduce((sum, each) => sum + this.#used(each), 1);
  }

  #open(path: string, flags: 'r' | 'r+' | 'wx', mode: number): FileNode | FolderNode {
    if (flags !== 'wx') {
      const node = this.#node(path, true);
      if (node.kind === 'link') throw failure('ELOOP', 'open', path);
      return node;
    }
    const file = newFile(mode);
    this.#add(path, file, 'open');
    return file;
  }

  #copyFile(from: string, to: string): void {
    const { content, mode } = this.#file(from);
    const old = this.#find(to) === undefined ? null : this.#file(to);
    const copy = old ?? newFile(mode);
    if (old === null) this.#add(to, copy, 'copyFile');
    else change(old, { truncate: 0 });
    if (this.#write(to, copy, content, 0).bytesWritten < content.length)
      throw failure('ENOSPC', 'copyFile', to);
  }

  #rename(from: string, to: string): void {
    const [source, target] = [this.#place(from), this.#place(to)];
    const node = source.folder.entries.get(source.name);
    if (node === undefined) throw failure('ENOENT', 'rename', from);
    const old = target.folder.entries.get(target.name);
    if (node === old) return;
    if (old !== undefined && (old.kind === 'folder') !== (node.kind === 'folder'))
      throw failure('ENOTDIR', 'rename', to);
    if (old?.kind === 'folder' && old.entries.size > 0) throw failure('ENOTEMPTY', 'rename', to);
    if (node.kind === 'folder' && `${this.#walk(dirname(to), true).path}/`.startsWith(`${from}/`))
      throw failure('EINVAL', 'rename', to);
    this.#enter([
      { ...target, node },
      { ...source, node: null },
    ]);
  }

  #mkdir(
    path: string,
    { recursive = false, mode = 0o777 }: { recursive?: boolean; mode?: number },
  ): string | undefined {
    if (recursive && path !== '/') {
      if (this.#find(path) !== undefined) {
        if (this.#node(path, true).kind === 'folder') return undefined;
        throw failure('EEXIST', 'mkdir', path);
      }
      const first = this.#mkdir(dirname(path), { recursive, mode });
      this.#add(path, newFolder(mode), 'mkdir');
      return first ?? path;
    }
    if (path !== '/') this.#add(path, newFolder(mode), 'mkdir');
    return undefined;
  }

  #rm(path: string, { recursive = false, force = false }: { recursive?: boolean; force?: boolean }): void {
    const node = force ? this.#unlessMissing(path) : this.#node(path, false);
    if (node === undefined) return;
    if (node.kind === 'folder') {
      if (!recursive) throw failure('ERR_FS_EISDIR', 'rm', path);
      for (const name of node.entries.keys()) this.#rm(join(path, name), { recursive, force });
    }
    this.#enter([{ ...this.#place(path), node: null }]);
  }

  #readlink(path: string): string {
    const node = this.#node(path, false);
    if (node.kind !== 'link') throw failure('EINVAL', 'readlink', path);
    return node.target;
  }

  #add(path: string, node: Node, call: string): void {
    const place = this.#place(path);
    if (place.folder.entries.has(place.name)) throw failure('EEXIST', call, path);
    if (this.#free() < 1) throw failure('ENOSPC', call, path);
    this.#enter([{ ...place, node }]);
  }

  #enter(group: Group): void {
    for (const { folder, name, node } of group) {
      if (node === null) folder.entries.delete(name);
      else folder.entries.set(name, node);
    }
    this.#unsynced.push(group);
  }

  #syncFolder(folder: FolderNode): void {
    // A rename is one transaction: on disk in both of its folders as soon as it is in one.
    const synced = this.#unsynced.filter((group) => group.some((each) => each.folder === folder));
    for (const each of synced.flat()) settle(each);
    const settled = (one: Group[number], place: number): boolean =>
      synced.some(
        (group) =>
          this.#unsynced.indexOf(group) > place &&
          group.some((later) => later.folder === one.folder && later.name === one.name),
      );
    // What came earlier under the same name is history: it must not come back after what followed it.
    this.#unsynced = this.#unsynced
      .map((group, place) => (synced.includes(group) ? [] : group.filter((one) => !settled(one, place))))
      .filter((group) => group.length > 0);
  }

  #file(path: string): FileNode {
    const node = this.#node(path, true);
    if (node.kind === 'file') return node;
    throw failure(node.kind === 'folder' ? 'EISDIR' : 'ELOOP', 'read', path);
  }

  #folder(path: string): FolderNode {
    const node = this.#node(path, true);
    if (node.kind === 'folder') return node;
    throw failure('ENOTDIR', 'scandir', path);
  }

  #place(path: string): { folder: FolderNode; name: string } {
    return { folder: this.#folder(dirname(resolve('/', path))), name: basename(path) };
  }

  #find(path: string): Node | undefined {
    try {
      return this.#node(path, false);
    } catch {
      return undefined;
    }
  }

  /** `force` forgives a name that is missing, and nothing else: not a file where a folder should be. */
  #unlessMissing(path: string): Node | undefined {
    try {
      return this.#node(path, false);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  #node(path: string, follow: boolean): Node {
    return this.#walk(path, follow).node;
  }

  #walk(given: string, follow: boolean, hops = 0): { node: Node; path: string } {
    if (hops > 20) throw failure('ELOOP', 'open', given);
    let node: Node = this.#root;
    let path = '/';
    const names = resolve('/', given).split('/').filter(Boolean);
    for (const [index, name] of names.entries()) {
      if (node.kind !== 'folder') throw failure('ENOTDIR', 'open', given);
      const next = node.entries.get(name);
      if (next === undefined) throw failure('ENOENT', 'open', given);
      const last = index === names.length - 1;
      if (next.kind === 'link' && (follow || !last)) {
        const rest = names.slice(index + 1).join('/');
        return this.#walk(resolve(path, next.target, rest), follow, hops + 1);
      }
      path = join(path, name);
      node = next;
    }
    return { node, path };
  }
}

function settle({ folder, name, node }: Group[number]): void {
  if (node === null) folder.durable.delete(name);
  else folder.durable.set(name, node);
}

/** Blocks of content, and one for the name. */
function blocksOf(node: Node): number {
  return 1 + (node.kind === 'file' ? Math.ceil(node.content.length / BLOCK) : 0);
}

function statOf(node: Node): FileStat {
  return {
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'folder',
    isSymbolicLink: () => node.kind === 'link',
    size: node.kind === 'file' ? node.content.length : 0,
    mode: node.mode,
    uid: 0,
    gid: 0,
  };
}
