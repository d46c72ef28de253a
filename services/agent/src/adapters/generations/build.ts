import { dirname, join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { Digest, Manifest } from '@breakwater/shared';
import type { Disk } from '../disk/interface.ts';
import { syncFolder, writeSynced } from '../durable.ts';
import { type BundleFault, bundleError } from './bundle-error.ts';
import type { TemplateView } from './interface.ts';
import { type ResolvedFile, resolveOverlays } from './overlays.ts';
import { render } from './template.ts';

type Fetch = (sha256: Digest) => Promise<Buffer>;

/**
 * Writes the tree of a bundle for one host into a new folder, durably.
 * @throws BundleError with every fault, before anything is written.
 */
export async function buildTree(
  folder: string,
  manifest: Manifest,
  view: TemplateView,
  fetch: Fetch,
  disk: Disk,
): Promise<void> {
  const files = resolveOverlays(manifest, view.host);
  const rendered = await renderAll(files, view, fetch);
  const made = new Set<string>();
  await makeWithParents(folder, '.', made, disk);
  for (const { target, source } of files) {
    await makeWithParents(folder, dirname(target), made, disk);
    const content = rendered.get(target) ?? (await fetch(source.sha256));
    await writeSynced(join(folder, target), content, 0o644, disk);
  }
  for (const each of made) await syncFolder(join(folder, each), disk);
}

async function renderAll(
  files: ResolvedFile[],
  view: TemplateView,
  fetch: Fetch,
): Promise<Map<string, string>> {
  const rendered = new Map<string, string>();
  const faults: BundleFault[] = [];
  for (const { target, source } of files.filter((file) => file.template)) {
    const bytes = await fetch(source.sha256);
    if (!isUtf8(bytes)) {
      faults.push({ path: source.path, message: 'is not UTF-8 text, and cannot be a template' });
      continue;
    }
    const result = render(bytes.toString('utf8'), view, source.path);
    rendered.set(target, result.text);
    faults.push(...result.faults);
  }
  if (faults.length > 0) throw bundleError(faults);
  return rendered;
}

/** The umask is not obeyed: the daemon runs as another user, and must be able to enter. */
async function makeWithParents(root: string, folder: string, made: Set<string>, disk: Disk): Promise<void> {
  if (made.has(folder)) return;
  if (folder !== '.') await makeWithParents(root, dirname(folder), made, disk);
  await disk.mkdir(join(root, folder));
  await disk.chmod(join(root, folder), 0o755);
  made.add(folder);
}
