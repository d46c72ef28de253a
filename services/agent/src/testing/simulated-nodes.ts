/** A change of a file's content that no sync has made durable yet. */
type Write = { truncate: number } | { at: number; bytes: Uint8Array };

/** A file: what a reader sees, and what a power cut leaves for certain. */
export interface FileNode {
  kind: 'file';
  mode: number;
  content: Buffer;
  durable: Buffer;
  writes: Write[];
}
export interface FolderNode {
  kind: 'folder';
  mode: number;
  entries: Map<string, Node>;
  durable: Map<string, Node>;
}
export interface LinkNode {
  kind: 'link';
  mode: number;
  target: string;
}
export type Node = FileNode | FolderNode | LinkNode;

export const BLOCK = 4096;

export function newFile(mode: number): FileNode {
  return { kind: 'file', mode, content: Buffer.alloc(0), durable: Buffer.alloc(0), writes: [] };
}

export function newFolder(mode: number): FolderNode {
  return { kind: 'folder', mode, entries: new Map(), durable: new Map() };
}

function applied(content: Buffer, write: Write): Buffer {
  if ('truncate' in write) {
    return Buffer.concat([content, Buffer.alloc(Math.max(0, write.truncate - content.length))]).subarray(
      0,
      write.truncate,
    );
  }
  const after = Buffer.alloc(Math.max(content.length, write.at + write.bytes.length));
  after.set(content);
  after.set(write.bytes, write.at);
  return after;
}

export function change(file: FileNode, write: Write): void {
  file.writes.push(write);
  file.content = applied(file.content, write);
}

export function makeDurable(file: FileNode): void {
  file.durable = file.content;
  file.writes = [];
}

/** How a power cut can leave what was being written. */
export const TEARS = ['lost', 'cut', 'zeros', 'flipped'] as const;
export type Tear = (typeof TEARS)[number];

/**
 * Leaves a file as a power cut may: its synced content, some of the later writes, and a torn one.
 * @returns how the torn write was left; `null` when nothing was being written.
 */
export function tear(file: FileNode, random: () => number): Tear | null {
  const whole = Math.floor(random() * (file.writes.length + 1));
  const torn = file.writes[whole];
  file.durable = file.writes.slice(0, whole).reduce(applied, file.durable);
  let how: Tear | null = null;
  if (torn !== undefined && 'bytes' in torn) {
    how = TEARS[Math.floor(random() * TEARS.length)] ?? 'lost';
    file.durable = withTorn(file.durable, torn, how, random);
  }
  file.content = file.durable;
  file.writes = [];
  return how;
}

function withTorn(
  content: Buffer,
  { at, bytes }: { at: number; bytes: Uint8Array },
  how: Tear,
  random: () => number,
): Buffer {
  if (how === 'lost' || bytes.length === 0) return content;
  const left = Buffer.from(bytes);
  const from = Math.floor(random() * bytes.length);
  if (how === 'cut') return applied(content, { at, bytes: left.subarray(0, from) });
  if (how === 'zeros') left.fill(0, from);
  // A digit that becomes another one: what only a checksum can tell from the truth.
  const digits = [...left.keys()].filter((index) => left[index]! >= 0x30 && left[index]! <= 0x39);
  const hit = digits[Math.floor(random() * digits.length)];
  if (how === 'flipped' && hit !== undefined) left[hit] = left[hit]! ^ 1;
  return applied(content, { at, bytes: left });
}
