import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Assignment,
  bundleDigest,
  type Digest,
  manifestOf,
  pass,
  sha256,
  systemClock,
} from '@breakwater/shared';
import { readBootId } from '../../services/agent/src/adapters/boot/boot-id.ts';
import { openGenerations } from '../../services/agent/src/adapters/generations/file-generations.ts';
import type { Generations } from '../../services/agent/src/adapters/generations/interface.ts';
import { openJournal } from '../../services/agent/src/adapters/journal/file-journal.ts';
import type { JournalEntry } from '../../services/agent/src/core/journal-entry.ts';

const MAIN = fileURLToPath(new URL('../../services/agent/src/main.ts', import.meta.url));

/** A host as an agent has left it on disk: two generations, a journal, and the link to the newer one. */
export interface HostOnDisk {
  root: string;
  storeDir: string;
  journal: string;
  lock: string;
  /** The agent's configuration file, and the environment that names it. */
  config: string;
  env: Record<string, string>;
  good: Digest;
  bad: Digest;
  generations: Generations;
  live(): Promise<Digest | null>;
  /** The command line of one of the agent's commands. */
  agent(...words: string[]): string[];
}

/** The steps in which a host holds a generation that is not confirmed. */
export const PENDING_STEPS = ['applying', 'restarting', 'verifying', 'soaking', 'soaked'] as const;
type Step = (typeof PENDING_STEPS)[number] | 'ready' | 'confirmed';

/** What an agent writes in the course of a change, from the first contact on. */
export function entriesOf(good: Digest, bad: Digest): JournalEntry[] {
  const process = { pid: 1, startedAt: 1 };
  const verdict = pass('fine', 'Fine.');
  return [
    { type: 'adopted', generation: good },
    { type: 'accepted', assignment: assignmentOf(bad) },
    { type: 'ready', epoch: 1, verdict },
    { type: 'applying', epoch: 1, previous: good, baseline: [], process },
    { type: 'restarting', epoch: 1, process, exits: 0 },
    { type: 'verifying', epoch: 1, process },
    { type: 'soaking', epoch: 1 },
    { type: 'soaked', epoch: 1, verdict },
    { type: 'confirmed', epoch: 1 },
  ];
}

function assignmentOf(bundle: Digest): Assignment {
  return Assignment.parse({
    epoch: 1,
    rollout: 'r-1',
    bundle,
    step: 'apply',
    checks: [],
    expect: { noChange: false, zonesRemoved: [] },
    soakMs: 2000,
    confirmWithinMs: 60_000,
    verifyWithinMs: 5000,
    action: 'restart',
    failAfter: 2,
  });
}

interface Wanted {
  upTo: Step;
  /** The boot in which the journal was written; this one unless it is said. */
  boot?: string;
  good?: Record<string, string>;
  bad?: Record<string, string>;
  /** Fields of the agent's configuration, instead of those that lead nowhere. */
  config?: Record<string, unknown>;
}

/** Writes such a host into a folder. */
export async function hostOnDisk(folder: string, wanted: Wanted): Promise<HostOnDisk> {
  const [root, storeDir, config] = [join(folder, 'root'), join(folder, 'store'), join(folder, 'agent.json')];
  const journal = join(storeDir, 'journal');
  await mkdir(storeDir);
  const generations = await openGenerations({ root, storeDir });
  const good = await buildGeneration(generations, root, wanted.good ?? { 'named.conf': 'good' });
  const bad = await buildGeneration(generations, root, wanted.bad ?? { 'named.conf': 'bad' });
  await generations.switchTo(good);
  const entries = entriesOf(good, bad);
  const last = entries.findIndex(({ type }) => type === wanted.upTo);
  await writeJournal(journal, wanted.boot ?? (await readBootId()), entries.slice(0, last + 1));
  if (wanted.upTo !== 'ready') await generations.switchTo(bad);
  await writeFile(config, JSON.stringify({ ...configuration(folder, root, storeDir), ...wanted.config }));
  return {
    root,
    storeDir,
    journal,
    lock: join(storeDir, 'agent.lock'),
    config,
    env: { BREAKWATER_AGENT_CONFIG: config },
    good,
    bad,
    generations,
    live: () => generations.live(),
    agent: (...words) => [process.execPath, MAIN, ...words],
  };
}

/** Appends entries to a journal, as of one boot. */
export async function writeJournal(
  folder: string,
  boot: string,
  entries: readonly JournalEntry[],
): Promise<void> {
  const journal = await openJournal(folder, { clock: systemClock, boot });
  for (const entry of entries) await journal.append(entry);
  await journal.close();
}

/** Builds a generation of these files. */
async function buildGeneration(
  generations: Generations,
  root: string,
  files: Record<string, string>,
): Promise<Digest> {
  const manifest = manifestOf(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`all/${path}`, text])),
  );
  for (const text of Object.values(files)) await generations.put(sha256(text), Buffer.from(text));
  const digest = bundleDigest(manifest);
  const host = { id: 'ns1', address: '127.0.0.1', datacenter: 'ams', port: 53, controlPort: 953 };
  await generations.build(digest, manifest, { host: { ...host, root, stateDir: '/' }, vars: {} });
  return digest;
}

function configuration(folder: string, root: string, storeDir: string): Record<string, unknown> {
  return {
    host: { id: 'ns1', datacenter: 'ams', address: '127.0.0.1', port: 53, controlPort: 953 },
    root,
    stateDir: join(folder, 'state'),
    storeDir,
    orchestrators: ['http://127.0.0.1:9'],
    tokenFile: join(folder, 'token'),
    daemon: {
      driver: 'runit',
      service: join(folder, 'service'),
      log: join(folder, 'named.log'),
      config: 'named.conf',
    },
  };
}
