import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { DatacenterName, Digest, HostId } from './ids.ts';

/** Bounds of a bundle. Name server configuration is text; more than this is a mistake or an attack. */
export const BUNDLE_LIMITS = {
  files: 20_000,
  fileBytes: 8 << 20,
  totalBytes: 48 << 20,
  pathLength: 255,
} as const;

const SEGMENT = /^[A-Za-z0-9_@+=,-][A-Za-z0-9._@+=,-]*$/;

/** Files that `named` writes for itself, and private keys: a bundle that brought them would undo its work or leak them. */
const DAEMONS_OWN = [
  /\.(?:jnl|jbk|nzd|nzf)$/i,
  /\.mkeys/i,
  /^managed-keys\.bind/i,
  /^__catz__/i,
  /^K.+\+\d{3}\+\d{5}\.(?:key|private|state)$/,
];

/**
 * Says what is wrong with one path of a bundle, or `null` when nothing is.
 *
 * A path is `all/…`, `datacenter/<name>/…` or `host/<id>/…`, in plain ASCII: a segment that starts with a dot
 * covers `..` and hidden files, and look-alike letters cannot make two paths seem one.
 */
export function pathFault(path: string): string | null {
  if (path.length > BUNDLE_LIMITS.pathLength) return `is longer than ${BUNDLE_LIMITS.pathLength} characters`;
  const segments = path.split('/');
  const bad = segments.find((segment) => !SEGMENT.test(segment));
  if (bad === '' && path.startsWith('/')) return 'is absolute; write it relative to the bundle';
  if (bad === '') return 'has an empty segment';
  if (bad === '..' || bad === '.') return `contains "${bad}"; write the path without it`;
  if (bad !== undefined)
    return 'may contain only ASCII letters, digits and ._@+=,- and no segment may start with a dot';
  const file = segments.at(-1) ?? '';
  if (DAEMONS_OWN.some((own) => own.test(file)))
    return 'is a file that named writes itself, or a key; it belongs outside the bundle';
  return overlayFault(segments);
}

/** Says what is wrong with the overlay that a path begins with, or `null`. */
function overlayFault(segments: readonly string[]): string | null {
  const [overlay, name] = segments;
  if (overlay === 'all') return segments.length > 1 ? null : 'names the overlay itself; a file goes below it';
  if (overlay !== 'datacenter' && overlay !== 'host')
    return 'must begin with all/, datacenter/<name>/ or host/<id>/';
  if (segments.length < 3)
    return `must name a file: ${overlay}/<${overlay === 'host' ? 'id' : 'name'}>/<file>`;
  const known = overlay === 'host' ? HostId : DatacenterName;
  return known.safeParse(name).success ? null : `"${name}" is not a valid ${overlay} name`;
}

/**
 * Says which paths cannot exist together: equal but for case (one file on some disks, two on others), or a
 * file where another path needs a folder.
 */
export function collisionFaults(paths: readonly string[]): { path: string; message: string }[] {
  const seen = new Map(paths.map((path) => [path.toLowerCase(), path] as const));
  /** The nearest is enough, and keeps the list short: a file above a file is reported with that one. */
  const fileAbove = (key: string): string | undefined => {
    for (let cut = key.lastIndexOf('/'); cut > 0; cut = key.lastIndexOf('/', cut - 1)) {
      const file = seen.get(key.slice(0, cut));
      if (file !== undefined) return file;
    }
    return undefined;
  };
  const faults: { path: string; message: string }[] = [];
  for (const path of paths) {
    const key = path.toLowerCase();
    const twin = seen.get(key);
    if (twin !== undefined && twin !== path)
      faults.push({ path, message: `differs from "${twin}" only by case` });
    const file = fileAbove(key);
    if (file !== undefined) faults.push({ path, message: `needs a folder where "${file}" is a file` });
  }
  return faults;
}

/** The files of a bundle as a person submits them: path → text (UTF-8). */
export const BundleFiles = z.record(z.string(), z.string()).superRefine((files, ctx) => {
  const paths = Object.keys(files);
  const add = (fault: string, path: string[], message: string): void =>
    ctx.addIssue({ code: 'custom', params: { fault }, path, message });
  if (paths.length === 0)
    add('bundle_empty', [], 'a bundle needs at least one file, such as all/named.conf.tmpl');
  if (paths.length > BUNDLE_LIMITS.files) {
    // Alone: looking at every one of a million paths, and answering with a fault for each, is what it wants.
    add('bundle_too_large', [], `at most ${BUNDLE_LIMITS.files} files`);
    return;
  }
  let total = 0;
  for (const [path, text] of Object.entries(files)) {
    const fault = pathFault(path);
    if (fault !== null) add('bundle_path_invalid', [path], fault);
    const bytes = Buffer.byteLength(text);
    total += bytes;
    if (bytes > BUNDLE_LIMITS.fileBytes)
      add('bundle_too_large', [path], `at most ${BUNDLE_LIMITS.fileBytes} bytes`);
    if (text.includes('\0'))
      add('bundle_content_invalid', [path], 'contains a NUL character; configuration is text');
    if (!text.isWellFormed()) add('bundle_content_invalid', [path], 'contains half of a surrogate pair');
  }
  if (total > BUNDLE_LIMITS.totalBytes)
    add('bundle_too_large', [], `at most ${BUNDLE_LIMITS.totalBytes} bytes in all`);
  for (const { path, message } of collisionFaults(paths)) add('bundle_path_invalid', [path], message);
});
export type BundleFiles = z.infer<typeof BundleFiles>;

/** What a bundle consists of: every file by path, digest and size, sorted by path. */
export const Manifest = z.strictObject({
  version: z.literal(1),
  files: z
    .array(
      z.strictObject({ path: z.string(), sha256: Digest, size: z.int().min(0).max(BUNDLE_LIMITS.fileBytes) }),
    )
    .min(1)
    .max(BUNDLE_LIMITS.files)
    .superRefine((files, ctx) => {
      const paths = files.map((file) => file.path);
      for (const [index, path] of paths.entries()) {
        const fault = pathFault(path);
        if (fault !== null) ctx.addIssue({ code: 'custom', path: [index, 'path'], message: fault });
      }
      const indexes = new Map(paths.map((path, index) => [path, index] as const));
      for (const { path, message } of collisionFaults(paths)) {
        ctx.addIssue({ code: 'custom', path: [indexes.get(path) ?? 0, 'path'], message });
      }
      if (new Set(paths).size !== paths.length)
        ctx.addIssue({ code: 'custom', message: 'a path is repeated' });
    }),
});
export type Manifest = z.infer<typeof Manifest>;

/** SHA-256 of bytes or of a text in UTF-8, in hexadecimal. */
export function sha256(content: string | Uint8Array): Digest {
  return createHash('sha256').update(content).digest('hex') as Digest;
}

/** Lists submitted files as a manifest. The order of submission does not matter: the list is sorted by path. */
export function manifestOf(files: BundleFiles): Manifest {
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    sha256: sha256(text),
    size: Buffer.byteLength(text),
  }));
  return { version: 1, files: entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** The digest by which a bundle is addressed: that of its manifest in canonical JSON. */
export function bundleDigest(manifest: Manifest): Digest {
  return sha256(canonicalJson(manifest));
}
