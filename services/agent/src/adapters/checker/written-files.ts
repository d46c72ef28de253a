import { resolve } from 'node:path';
import { directoryOf, inherited, ownWord, type Scope, typeOf, wordAfter, zoneScopes } from './canonical.ts';
import { isBelow, leadsOutside, takesPath } from './outside-paths.ts';
import { all, bodyOf, find, inOneLine, type Statement, wordsOf } from './statements.ts';

/** What is wrong with a configuration beyond what a checker looks at. */
export interface ConfigurationFault {
  code: 'directive_forbidden' | 'path_outside' | 'dynamic_zone_in_bundle' | 'daemon_writes_bundle';
  /** What stands there, as an operator finds it again: a keyword, and the word that follows it. */
  keyword: string;
  value: string;
  /** What is wrong with it, as the rest of a sentence. */
  why: string;
}

interface Place {
  root: string;
  cwd: string;
  allowed: readonly string[];
}

const CODE = new Set(['plugin', 'dlz', 'dyndb', 'dnsrps-options']);

/** Zones whose file the daemon writes, with what it gets from elsewhere. */
const COPIES = new Set(['secondary', 'stub', 'mirror']);

/** Files that named writes, by the directive that names them. */
const WRITTEN = [
  'pid-file',
  'lock-file',
  'session-keyfile',
  'dump-file',
  'statistics-file',
  'memstatistics-file',
  'recursing-file',
  'secroots-file',
  'managed-keys-directory',
  'new-zones-directory',
];

/** Statements whose words may look like paths and are none. */
const NO_PATHS = new Set([
  'endpoints',
  'key',
  'trust-anchors',
  'managed-keys',
  'trusted-keys',
  'rrset-order',
  'version',
  'hostname',
  'server-id',
]);

const WRITES = 'is a file in the managed root that the daemon writes';
const WORKS_HERE =
  'is in the managed root, and the daemon keeps files of its own there ("dnssec-validation auto" and "allow-new-zones yes" do so)';

/**
 * Looks through the canonical form of a configuration, in which includes are resolved and comments gone, for what
 * no bundle may hold: code, paths outside, and files of the managed root that the daemon would write. A generation
 * that changes by itself is no longer what was proved and signed, and a way back to it leads somewhere else.
 */
export function faultIn(statements: readonly Statement[], place: Place): ConfigurationFault | null {
  return (
    forbiddenStatement(statements, place) ?? writtenZone(statements, place) ?? writtenFile(statements, place)
  );
}

function forbiddenStatement(statements: readonly Statement[], { allowed }: Place): ConfigurationFault | null {
  for (const statement of statements) {
    const [keyword = '', value = ''] = wordsOf(statement);
    const body = statement.flatMap((part) => (typeof part === 'string' ? [] : part));
    // `dlz name;` within a zone only names one that was refused already.
    if (CODE.has(keyword) && (keyword !== 'dlz' || body.length > 0))
      return { code: 'directive_forbidden', keyword, value, why: 'loads code into the daemon' };
    if (NO_PATHS.has(keyword)) continue;
    const outside = wordsOf(statement).find((word, at) => at > 0 && isOutside(keyword, word, allowed));
    if (outside !== undefined) return { code: 'path_outside', keyword, value: outside, why: 'leads outside' };
    const within = forbiddenStatement(body, { root: '', cwd: '', allowed });
    if (within !== null) return within;
  }
  return null;
}

function isOutside(keyword: string, word: string, allowed: readonly string[]): boolean {
  return (word.startsWith('/') || takesPath(keyword)) && leadsOutside(word, allowed);
}

function writtenZone(statements: readonly Statement[], { root, cwd }: Place): ConfigurationFault | null {
  const directory = directoryOf(statements, cwd);
  const inRoot = (path: string | null): boolean => path !== null && isBelow(resolve(directory, path), [root]);
  for (const scope of zoneScopes(statements, 'every')) {
    const file = ownWord(scope, 'file');
    const journal = ownWord(scope, 'journal');
    const why = inRoot(file) ? whyWritten(scope, inRoot(journal ?? file)) : null;
    const fault =
      why ??
      (inRoot(journal) ? 'keeps its journal in the managed root' : null) ??
      (isSigned(scope) && inRoot(wordAfter(inherited(scope, 'key-directory')) ?? '.')
        ? 'gets its keys made in the managed root (key-directory)'
        : null);
    if (fault !== null)
      return { code: 'dynamic_zone_in_bundle', keyword: 'zone', value: scope.name, why: fault };
  }
  return null;
}

/** Why the daemon would write the file of a zone, or one beside it; `null` when it would not. */
function whyWritten(scope: Scope, journalInRoot: boolean): string | null {
  const type = typeOf(scope);
  const fromElsewhere = COPIES.has(type) || (type === 'redirect' && hasPrimaries(scope));
  if (fromElsewhere) return `is of type ${type}: the daemon overwrites its file with what it transfers`;
  if (type !== 'primary') return null;
  if (inherited(scope, 'update-policy') !== undefined) return 'takes dynamic updates (update-policy)';
  const update = inherited(scope, 'allow-update');
  if (update !== undefined && !isNone(update)) return 'takes dynamic updates (allow-update)';
  if (wordAfter(inherited(scope, 'inline-signing')) === 'yes')
    return 'is signed by the daemon (inline-signing)';
  if (isSigned(scope)) return 'is signed by the daemon (dnssec-policy)';
  if (['maintain', 'allow'].includes(wordAfter(inherited(scope, 'auto-dnssec')) ?? 'off'))
    return 'is signed by the daemon (auto-dnssec)';
  const differences = wordAfter(inherited(scope, 'ixfr-from-differences')) ?? 'no';
  return journalInRoot && ['yes', 'primary', 'master'].includes(differences)
    ? 'gets a journal beside its file (ixfr-from-differences)'
    : null;
}

/** Whether the daemon makes keys and signatures for a zone. */
function isSigned(scope: Scope): boolean {
  const policy = wordAfter(inherited(scope, 'dnssec-policy')) ?? 'none';
  return typeOf(scope) === 'primary' && !['none', 'insecure'].includes(policy);
}

function hasPrimaries({ blocks: [own = []] }: Scope): boolean {
  return find(own, 'primaries') !== undefined || find(own, 'masters') !== undefined;
}

function isNone(statement: Statement): boolean {
  const elements = bodyOf(statement).map(inOneLine);
  return elements.every((element) => element === 'none');
}

function writtenFile(statements: readonly Statement[], { root, cwd }: Place): ConfigurationFault | null {
  const directory = directoryOf(statements, cwd);
  const channels = all(statements, 'logging').flatMap((each) => all(bodyOf(each), 'channel'));
  const blocks = [find(statements, 'options'), ...all(statements, 'view')].map((each) => bodyOf(each));
  const named = [
    ...channels.flatMap((channel) => all(bodyOf(channel), 'file')),
    ...blocks.flatMap((block) => WRITTEN.flatMap((keyword) => all(block, keyword))),
  ];
  const catalogs = blocks.flatMap((block) => all(bodyOf(find(block, 'catalog-zones')), 'zone'));
  const written = [
    ...writtenHere(blocks),
    ...named.map((statement) => wordsOf(statement)),
    ...catalogs.map((catalog) => wordsOf(catalog).slice(wordsOf(catalog).indexOf('zone-directory'))),
  ];
  for (const [keyword = '', value = 'none'] of written) {
    if (keyword !== 'zone' && value !== 'none' && isBelow(resolve(directory, value), [root]))
      return {
        code: 'daemon_writes_bundle',
        keyword,
        value,
        why: keyword === 'directory' ? WORKS_HERE : WRITES,
      };
  }
  return null;
}

/** What named keeps in its working directory as long as nothing says where else (BIND 9.18, named.conf(5)). */
function writtenHere(blocks: readonly (readonly Statement[])[]): string[][] {
  const [options = []] = blocks;
  const stated = (keyword: string): Statement | undefined =>
    blocks.map((block) => find(block, keyword)).find((found) => found !== undefined);
  const validation = blocks.map((block) => wordAfter(find(block, 'dnssec-validation')) ?? 'inherited');
  const validates = validation.includes('auto') || validation[0] === 'inherited';
  const keysHere = validates && find(options, 'managed-keys-directory') === undefined;
  const takesZones = blocks.some((block) => wordAfter(find(block, 'allow-new-zones')) === 'yes');
  const zonesHere = takesZones && stated('new-zones-directory') === undefined;
  return keysHere || zonesHere ? [wordsOf(find(options, 'directory') ?? [])] : [];
}
