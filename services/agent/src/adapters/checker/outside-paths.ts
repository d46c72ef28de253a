import { normalize } from 'node:path';
import { bare } from './lexer.ts';

/** Directives whose value is a file or a folder that the daemon reads or writes (BIND 9.18, named.conf(5)). */
const PATH_DIRECTIVES: ReadonlySet<string> = new Set([
  'include',
  '$include',
  'file',
  'directory',
  'key-directory',
  'managed-keys-directory',
  'new-zones-directory',
  'zone-directory',
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
  'tkey-dhkey',
  'random-device',
  'cert-file',
  'key-file',
  'ca-file',
  'dhparam-file',
  // A socket of `controls`, and where `dnstap-output` goes.
  'unix',
]);

/** Those that may stand in the middle of a statement, or on a line of a zone file after whatever was before. */
const ANYWHERE: ReadonlySet<string> = new Set(['$include', 'zone-directory']);

/** What every Debian host may read, and where output may be thrown away. */
const HARMLESS = ['/usr/share/dns', '/usr/share/GeoIP', '/dev/null', '/dev/urandom', '/dev/random'];

/** Whether a directive takes a path. */
export function takesPath(directive: string): boolean {
  return PATH_DIRECTIVES.has(directive);
}

/** Whether a directive counts wherever it stands, and not only where a statement begins. */
export function countsAnywhere(directive: string): boolean {
  return ANYWHERE.has(directive);
}

/**
 * Whether a path in a configuration leads out of the folders that a bundle may use. A daemon started by root would
 * read or overwrite whatever it is told to, and its checker quotes lines of what it cannot parse.
 * @param value as written in the configuration, with or without quotes. Relative paths begin in the daemon's
 *   `directory`, which is judged by itself.
 */
export function leadsOutside(value: string, allowed: readonly string[]): boolean {
  const path = bare(value);
  // An escape could spell what the words below do not see, and no path of ours needs one.
  if (path.includes('\\')) return true;
  // The managed root is a link: what its ".." means for the kernel is not what it means for a text.
  if (path.split('/').includes('..')) return true;
  return path.startsWith('/') && !isBelow(normalize(path), [...allowed, ...HARMLESS]);
}

/** Whether an absolute path is one of these folders or below one of them. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
