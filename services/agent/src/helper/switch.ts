import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { canonicalJson, Digest, sha256 } from '@breakwater/shared';
import { nodeDisk } from '../adapters/disk/node-disk.ts';
import { Contents, listTree, type TreeEntry } from '../adapters/generations/contents.ts';
import { treeIn } from '../adapters/generations/layout.ts';
import { liveLink } from '../adapters/generations/live-link.ts';
import { readJournal } from '../adapters/journal/read-journal.ts';
import { type Announced, announcedSwitch } from '../core/helper-rule.ts';
import { recall } from '../core/memory.ts';

const LARGEST_RECORD = 16 * 1024 * 1024;

/** What was asked for is not done; the message is for whoever asked, and for the log. */
class Refusal extends Error {
  override readonly name = 'Refusal';
}

export interface Place {
  root: string;
  storeDir: string;
  boot: string;
}

/**
 * Switches the managed root as the journal announces it, to a generation that is what was recorded when it was
 * built. Where the journal announces nothing, a tree may be adopted that holds what the root shows already, byte
 * for byte: then nothing changes but where the link leads.
 *
 * The store belongs to the agent's account. Whoever has taken that over can write what the daemon reads; what they
 * cannot do is to make the root lead anywhere else, or to a generation that the journal does not announce.
 * @returns the generation. @throws Refusal
 */
export async function switchAsAnnounced(place: Place): Promise<Digest> {
  const storeDir = await plainFolder(place.storeDir);
  await plainFolder(join(storeDir, 'journal'));
  await plainFile(join(storeDir, 'journal', 'journal'));
  const { records } = await readJournal(join(storeDir, 'journal'));
  const announced = announcedSwitch(records, place.boot);
  const link = liveLink(place.root, (generation) => treeIn(storeDir, generation), nodeDisk);
  const before = await link.read();
  // A person gave up what is live for an earlier generation, while no change was under way.
  const adopted = records.findLast((record) => record.type === 'adopted');
  const undone = before !== null && adopted?.insteadOf === before ? adopted.generation : null;
  const target =
    announced.switchTo === null && undone !== null
      ? Digest.parse(undone)
      : await targetOf(announced, place.root, storeDir);
  await verify(storeDir, target);
  await link.switchTo(target);
  const { change, confirmed } = recall(records);
  const keep = [target, before, change?.swap?.previous, ...confirmed.slice(-3)];
  await link.prune(new Set(keep.filter((generation) => typeof generation === 'string')));
  return target;
}

async function targetOf(announced: Announced, root: string, storeDir: string): Promise<Digest> {
  if (announced.switchTo !== null) return announced.switchTo;
  const same = await adoptable(root, storeDir);
  if (same === null) throw new Refusal(announced.why);
  return same;
}

/** The generation that holds what the root shows, if there is one; see `Generations.adopt` for its name. */
async function adoptable(root: string, storeDir: string): Promise<Digest | null> {
  const shown = await realpath(root).catch(() => null);
  if (shown === null) return null;
  const generation = sha256(canonicalJson(await listTree(shown, nodeDisk)));
  const there = await lstat(join(storeDir, 'generations', generation)).catch(() => null);
  return there === null ? null : generation;
}

/** The generation is there, in folders that are folders, with nothing but what was recorded of it. */
async function verify(storeDir: string, generation: Digest): Promise<void> {
  await plainFolder(join(storeDir, 'generations'));
  const folder = await plainFolder(join(storeDir, 'generations', generation));
  const tree = await plainFolder(join(folder, 'tree'));
  const record = await plainFile(join(folder, 'contents.json'));
  const { tree: recorded } = Contents.parse(JSON.parse(await readFile(record, 'utf8')));
  const found = await listTree(tree, nodeDisk);
  if (canonicalJson(found) !== canonicalJson(recorded)) {
    throw new Refusal(`Generation ${generation} is not what was recorded when it was built.`);
  }
  const outward = found.find((entry) => leadsOut(tree, entry));
  if (outward) throw new Refusal(`${outward.path} of generation ${generation} leads out of its tree.`);
}

function leadsOut(tree: string, entry: TreeEntry): boolean {
  if (!('link' in entry)) return false;
  const way = relative(tree, resolve(tree, dirname(entry.path), entry.link));
  return isAbsolute(entry.link) || way === '..' || way.startsWith('../');
}

async function plainFolder(path: string): Promise<string> {
  const found = await lstat(path).catch(() => null);
  if (found?.isDirectory() === true && (await realpath(path)) === path) return path;
  throw new Refusal(`${path} is not a folder, or is reached through a symbolic link.`);
}

async function plainFile(path: string): Promise<string> {
  const found = await lstat(path).catch(() => null);
  if (found?.isFile() === true && found.size <= LARGEST_RECORD) return path;
  throw new Refusal(`${path} is not a file, or is too large.`);
}
