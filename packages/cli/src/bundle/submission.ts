import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Submission } from '../api/api.ts';
import { badUsage } from '../failures.ts';
import { yamlIn } from '../settings/settings.ts';
import { isFolder, readFolder, unreadable } from './read-folder.ts';

/** What a change is given by on the command line. */
export interface ChangeFlags {
  file?: string | undefined;
  title?: string | undefined;
  reason?: string | undefined;
  ticket?: string | undefined;
  soak?: string | undefined;
  maxHosts?: number | undefined;
  datacenter: readonly string[];
  host: readonly string[];
}

/** A change that is ready to be sent, and what its folder held that is not part of it. */
export interface Change {
  submission: Submission;
  leftOut: readonly string[];
}

const HOW = 'Give a folder with --title and --reason, or a file: breakwater submit -f rollout.yaml';

/** Reads the change that a command is about, from a folder and flags, or from a file. */
export async function readChange(folder: string | undefined, flags: ChangeFlags): Promise<Change> {
  if (folder !== undefined && flags.file !== undefined)
    throw badUsage(
      'a folder and --file are both given',
      'In the file, name the folder: bundle: { folder: ./named }',
    );
  if (folder !== undefined) return fromFolder(folder, flags);
  if (flags.file === undefined) throw badUsage('no change is given', HOW);
  const own = Object.entries(flags).filter(
    ([name, value]) => name !== 'file' && value !== undefined && !isEmpty(value),
  );
  if (own.length > 0)
    throw badUsage(
      `with --file, the file says all: ${own.map(([name]) => name).join(', ')} cannot be given beside it`,
    );
  return fromFile(flags.file);
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

async function fromFolder(folder: string, flags: ChangeFlags): Promise<Change> {
  const { title, reason, ticket, soak, maxHosts, datacenter, host } = flags;
  if (!(await isFolder(folder))) throw badUsage(`${folder} is not a folder`, HOW);
  if (title === undefined || reason === undefined)
    throw badUsage(`${title === undefined ? '--title' : '--reason'} is missing: what is it, and why?`, HOW);
  const { files, leftOut } = await readFolder(folder);
  const targets = {
    ...(datacenter.length > 0 && { datacenters: [...datacenter] }),
    ...(host.length > 0 && { hosts: [...host] }),
  };
  const strategy = soak === undefined ? {} : { canary: { soak }, datacenters: { soak }, global: { soak } };
  const submission: Submission = {
    title,
    reason,
    ...(ticket !== undefined && { ticket }),
    bundle: { files },
    targets,
    strategy,
    ...(maxHosts !== undefined && { expect: { maxHosts } }),
  };
  return { submission, leftOut };
}

/** A file is a submission in YAML or JSON, whose bundle may also be `{ folder: … }`, relative to the file. */
async function fromFile(file: string): Promise<Change> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const content = yamlIn(file, text);
  if (!isRecord(content))
    throw badUsage(
      `${file} is not a submission`,
      'It takes at least title, reason and bundle; see docs/cli.md.',
    );
  const { bundle } = content;
  if (!isRecord(bundle) || !('folder' in bundle)) {
    // The orchestrator judges it, and answers with every fault.
    return { submission: content as unknown as Submission, leftOut: [] };
  }
  const { folder, ...more } = bundle;
  if (typeof folder !== 'string' || Object.keys(more).length > 0)
    throw badUsage(`${file}: a bundle is either { folder: ./named }, { files: … } or { digest: … }`);
  const { files, leftOut } = await readFolder(resolve(dirname(file), folder));
  return { submission: { ...content, bundle: { files } } as unknown as Submission, leftOut };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
