import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { isAbsolute, normalize } from 'node:path';
import { DatacenterName, Duration, HostId, parse } from '@breakwater/shared';
import { z } from 'zod';
import { hasCode } from './adapters/durable.ts';

const FOLDER_RULE = 'write an absolute path';
const Path = z.string().refine(isAbsolute, FOLDER_RULE);
const Port = z.int().min(1).max(65_535);
const Address = z.string().refine((text) => isIP(text) !== 0, 'write an IP address, not a host name');

const LOOPBACK_RULE = 'write a loopback address (127.0.0.0/8 or ::1): anybody who reaches it may read it';

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** Nothing on the way to a revert may ask a resolver: the name servers that it would ask may be the broken ones. */
const BaseUrl = z
  .string()
  .refine(
    isBaseUrl,
    'write http:// or https://, an IP address (not a host name) and a port, and nothing after it',
  )
  .transform((text) => text.replace(/\/$/, ''));

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return bare && isIP(url.hostname.replaceAll(/[[\]]/g, '')) !== 0;
}

/** The daemon's configuration file, relative to the managed root. */
const DaemonFile = z
  .string()
  .min(1)
  .refine((text) => !isAbsolute(text), 'write it relative to root');

/** Folders besides `root` and `stateDir` in which a bundle may name files: where keys, certificates and logs are. */
const Directories = z
  .array(
    Path.refine(
      (path) => path === normalize(path) && /[^/]$/.test(path),
      'write it in full, without "..", and without a "/" at its end',
    ),
  )
  .max(100)
  .default([]);

/** How the daemon is started beside the live one, where nobody knows of it. */
const Rehearsed = {
  /** The command that starts it, with the options that the live one has; those for the configuration and the log are added. */
  program: z.array(z.string().min(1)).min(1).default(['named']),
  /** `auto`: every change is rehearsed where this host allows private namespaces, which is found out at the start. */
  rehearsal: z.enum(['auto', 'off']).default('auto'),
  /** Addresses that it listens on and that this host has at times only; in a rehearsal they are always there. */
  addresses: z.array(Address).default([]),
};

/** The daemon, and who supervises it. */
const Daemon = z.discriminatedUnion('driver', [
  z.strictObject({
    driver: z.literal('runit'),
    /** The service folder of runsv. */
    service: Path,
    log: Path,
    config: DaemonFile,
    directories: Directories,
    ...Rehearsed,
  }),
  z.strictObject({
    driver: z.literal('systemd'),
    unit: z
      .string()
      .regex(/^[\w:@.\\-]+\.service$/, 'write the full name of a unit, such as "named.service"'),
    scope: z.enum(['system', 'user']).default('system'),
    /** Where the daemon writes its log to, if that is a file and not systemd's journal. */
    log: Path.optional(),
    config: DaemonFile,
    directories: Directories,
    ...Rehearsed,
  }),
]);

/** The configuration of one agent. Unknown fields are refused: a misspelt one would silently not apply. */
const Config = z.strictObject({
  host: z.strictObject({
    id: HostId,
    datacenter: DatacenterName,
    /** Where the daemon is asked. */
    address: Address,
    port: Port,
    controlPort: Port,
  }),
  /** What templates may name as `{{vars.…}}`. */
  vars: z.record(z.string(), z.unknown()).default({}),
  /** The managed root: a symbolic link to the live generation. */
  root: Path,
  /** Where the daemon may write; a bundle never touches it. */
  stateDir: Path,
  /** Where the agent keeps generations and journal. */
  storeDir: Path,
  orchestrators: z.array(BaseUrl).min(1),
  tokenFile: Path,
  daemon: Daemon,
  pollFor: Duration.refine((ms) => ms <= 10_000, 'at most 10s: a halt should be heard soon').prefault('5s'),
  lease: Duration.prefault('30s'),
  /** From where other hosts are asked; by default from the service address, as this host's own clients are answered. */
  askFrom: Address.optional(),
  /** Where Prometheus may ask; without it, the agent opens no port at all. */
  metrics: z.strictObject({ address: Address.refine(isLoopback, LOOPBACK_RULE), port: Port }).optional(),
  /**
   * The socket of the root helper, where the agent itself is not root: then it is the helper that restarts the
   * daemon and switches the link.
   */
  helper: Path.optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type Config = Readonly<z.output<typeof Config>>;

/** There is no configuration that an agent could run with; the message is all that a person needs to know. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from the file that `BREAKWATER_AGENT_CONFIG` names.
 * @throws ConfigError with all faults at once, each with its path.
 */
export async function loadConfig(environment: NodeJS.ProcessEnv): Promise<Config> {
  const path = environment['BREAKWATER_AGENT_CONFIG'];
  if (path === undefined) throw new ConfigError('BREAKWATER_AGENT_CONFIG must name the configuration file');
  try {
    return parseConfig(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${path}: ${wordsOf(error)}`, { cause: error });
  }
}

/** Reads a configuration. @throws BreakwaterError with all faults. */
export function parseConfig(json: string): Config {
  return Object.freeze(parse(Config, JSON.parse(json)));
}

function wordsOf(error: unknown): string {
  if (hasCode(error, 'ENOENT')) return 'there is no such file; it is to hold the configuration of the agent';
  return error instanceof Error ? error.message : String(error);
}
