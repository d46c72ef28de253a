import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { DatacenterName, Duration, HostId, parse } from '@breakwater/shared';
import { z } from 'zod';

const FOLDER_RULE = 'write an absolute path';
const Path = z.string().refine(isAbsolute, FOLDER_RULE);
const Port = z.int().min(1).max(65_535);
const Address = z.string().refine((text) => isIP(text) !== 0, 'write an IP address, not a host name');

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
  daemon: z.strictObject({
    driver: z.literal('runit'),
    /** The service folder of runsv. */
    service: Path,
    log: Path,
    /** The daemon's configuration file, relative to the managed root. */
    config: z
      .string()
      .min(1)
      .refine((text) => !isAbsolute(text), 'write it relative to root'),
  }),
  pollFor: Duration.refine((ms) => ms <= 10_000, 'at most 10s: a halt should be heard soon').prefault('10s'),
  lease: Duration.prefault('30s'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type Config = Readonly<z.output<typeof Config>>;

/**
 * Reads the configuration from the file that `BREAKWATER_AGENT_CONFIG` names.
 * @throws with all faults at once, each with its path.
 */
export async function loadConfig(environment: NodeJS.ProcessEnv): Promise<Config> {
  const path = environment['BREAKWATER_AGENT_CONFIG'];
  if (path === undefined) throw new Error('BREAKWATER_AGENT_CONFIG must name the configuration file');
  try {
    return parseConfig(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Reads a configuration. @throws BreakwaterError with all faults. */
export function parseConfig(json: string): Config {
  return Object.freeze(parse(Config, JSON.parse(json)));
}
