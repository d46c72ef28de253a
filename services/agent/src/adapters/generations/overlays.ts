import { type Manifest, pathFault } from '@breakwater/shared';
import { type BundleFault, bundleError } from './bundle-error.ts';

export type ManifestFile = Manifest['files'][number];

/** A file of the tree, and the file of the bundle that it comes from. */
export interface ResolvedFile {
  /** Path in the tree. */
  target: string;
  source: ManifestFile;
  template: boolean;
}

const TEMPLATE = '.tmpl';

/**
 * Decides which files of a bundle make up the tree of one host: `all/`, then `datacenter/<its datacenter>/`,
 * then `host/<its id>/`, of which a later one wins. `x.tmpl` is rendered to `x`, and so stands for the same
 * file: a host's plain `x` replaces everybody's template.
 * @throws BundleError when two files of one overlay make the same file, a folder is needed where there is a
 *   file, or there is nothing for this host.
 */
export function resolveOverlays(
  manifest: Manifest,
  host: { id: string; datacenter: string },
): ResolvedFile[] {
  const faults: BundleFault[] = [];
  const tree = new Map<string, ResolvedFile>();
  for (const overlay of ['all/', `datacenter/${host.datacenter}/`, `host/${host.id}/`]) {
    const layer = new Map<string, ResolvedFile>();
    for (const source of manifest.files.filter(({ path }) => path.startsWith(overlay))) {
      // The schema has checked this where the bundle came in. Here it decides where a file is written.
      const fault = pathFault(source.path);
      if (fault !== null) faults.push({ path: source.path, message: fault });
      const template = source.path.endsWith(TEMPLATE);
      const target = source.path.slice(overlay.length, template ? -TEMPLATE.length : undefined);
      const twin = layer.get(target);
      if (twin) faults.push({ path: source.path, message: `makes the same file as "${twin.source.path}"` });
      layer.set(target, { target, source, template });
    }
    for (const [target, file] of layer) tree.set(target, file);
  }
  for (const { target, source } of tree.values()) {
    const file = parents(target)
      .map((folder) => tree.get(folder))
      .find((parent) => parent !== undefined);
    if (file)
      faults.push({ path: source.path, message: `needs a folder where "${file.source.path}" puts a file` });
  }
  if (tree.size === 0)
    faults.push({ path: 'all/', message: `has no file, and nothing else in the bundle is for ${host.id}` });
  if (faults.length > 0) throw bundleError(faults);
  return [...tree.values()];
}

function parents(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
