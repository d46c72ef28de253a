import { normalize } from 'node:path';

/** Directives whose value is a file or a folder that the daemon reads or writes. */
const PATH_DIRECTIVES: ReadonlySet<string> = new Set([
  'include',
  '$include',
  'file',
  'directory',
  'key-directory',
  'managed-keys-directory',
  'new-zones-directory',
  'geoip-directory',
  'pid-file',
  'session-keyfile',
  'lock-file',
  'dump-file',
  'statistics-file',
  'memstatistics-file',
  'recursing-file',
  'secroots-file',
  'bindkeys-file',
  'journal',
  'tkey-gssapi-keytab',
  'cert-file',
  'key-file',
  'ca-file',
  'dhparam-file',
]);

/** What every Debian host may read, and where output may be thrown away. */
const HARMLESS = ['/usr/share/dns', '/dev/null'];

/** Whether a directive takes a path. */
export function takesPath(directive: string): boolean {
  return PATH_DIRECTIVES.has(directive);
}

/**
 * Whether a path in a configuration leads out of the folders that a bundle may use. A daemon started by root would
 * read or overwrite whatever it is told to, and its checker quotes lines of what it cannot parse.
 * @param value as written in the configuration, with or without quotes. Relative paths begin in the daemon's
 *   `directory`, which is judged by itself.
 */
export function leadsOutside(value: string, allowed: readonly string[]): boolean {
  const path = value.replaceAll(/^"|"$/g, '');
  // An escape could spell what the words below do not see, and no path of ours needs one.
  if (path.includes('\\')) return true;
  if (!path.startsWith('/')) return path.split('/').includes('..');
  const real = normalize(path);
  return ![...allowed, ...HARMLESS].some((folder) => real === folder || real.startsWith(`${folder}/`));
}
