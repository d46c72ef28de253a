import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Duration, parse, Share, Strategy, WAVE_KINDS } from '@breakwater/shared';
import { z } from 'zod';
import { FreezeWindows } from './adapters/calendar/settings.ts';
import { type PagerSettings, PagersConfig, readPagers } from './adapters/pagers/settings.ts';

/** Nothing on the way to a page or a host may need a resolver: on the worst day there is none. */
const IpLiteral = z.union([z.ipv4(), z.ipv6()], 'must be an IP address; a name would have to be resolved');
const Port = z.int().min(1).max(65_535);
const Listener = z.strictObject({ address: IpLiteral, port: Port });

const Prometheus = z
  .strictObject({
    address: IpLiteral,
    port: Port,
    /** The name that its certificate is for; nothing looks it up. `caFile` where the system does not know who signed it. */
    tls: z.strictObject({ serverName: z.string().min(1), caFile: z.string().optional() }).optional(),
    bearerTokenFile: z.string().optional(),
  })
  .refine(
    ({ tls, bearerTokenFile, address }) =>
      tls !== undefined || bearerTokenFile === undefined || isLoopback(address),
    { path: ['tls'], message: 'is needed: a token may not leave this machine in plain text' },
  );

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
/** Defaults as they are written: judged here with the built-in ones filled in, and laid under each submission. */
const StrategyDefaults = z.record(z.string(), z.unknown()).transform((written, ctx) => {
  const { error } = Strategy.safeParse(written);
  for (const issue of error?.issues ?? []) ctx.issues.push({ ...issue, input: written } as never);
  return written;
});

/** What no submission may go beyond; what is left out is not limited. */
const Limits = z.strictObject({
  minSoak: Duration.nullable().default(null),
  maxUnavailable: Share.nullable().default(null),
  maxFailureThreshold: z.int().min(0).nullable().default(null),
  minVantage: z.int().min(0).max(5).nullable().default(null),
  requireApproval: z.array(z.enum(WAVE_KINDS)).default([]),
});

const Config = z.strictObject({
  /** Where operators and their tools connect. */
  api: Listener,
  /** Where agents connect. */
  agents: Listener,
  redis: z.strictObject({ address: IpLiteral, port: Port, passwordFile: z.string().optional() }),
  /** Where gates ask their queries; without it, submissions with such a gate are refused. */
  prometheus: Prometheus.optional(),
  hostsFile: z.string(),
  operatorsFile: z.string(),
  /**
   * Where this orchestrator, and no other one, keeps what it has seen of the store: on a disk that is not Redis's. By it a
   * store that has lost something is recognised.
   */
  witnessFile: z.string().refine(isAbsolute, 'write an absolute path'),
  /** Channels for pages, in the order in which they are tried. */
  pagers: PagersConfig,
  /** Where people reach the status page; pages link to it. It may hold a name: only people follow it. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** The status page needs no token; what the files of a change hold is on it only where it may be everybody's business. */
  statusPage: z.strictObject({ showDiff: z.boolean().default(false) }).prefault({}),
  /** A file that always holds a copy of the status page, for hosting somewhere else. */
  statusCopy: z.string().refine(isAbsolute, 'write an absolute path').optional(),
  /** How long after its last word a host counts as unknown, which is never healthy. */
  unknownAfter: Duration.default(30_000),
  /** How often a halt is paged again while nobody decides. */
  repageEvery: Duration.default(15 * 60_000),
  /** How long a newly started daemon may take until it answers. */
  verifyWithin: Duration.default(30_000),
  /** Set it only where losing acknowledged writes is acceptable; otherwise nothing is granted on an unsafe Redis. */
  dataDisposable: z.boolean().default(false),
  /** The fleet's own defaults of a strategy, over the built-in ones; a submission goes over both. */
  strategy: StrategyDefaults.default({}),
  limits: Limits.prefault({}),
  /** When no ordinary rollout begins or takes a further host. */
  freezes: FreezeWindows.default([]),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** A Prometheus to ask, with the content of the files that its configuration names. */
interface PrometheusConfig {
  address: string;
  port: number;
  tls?: { serverName: string; ca?: string | undefined } | undefined;
  token?: string | undefined;
}

function withFiles({ address, port, tls, bearerTokenFile }: z.output<typeof Prometheus>): PrometheusConfig {
  const read = (path: string | undefined) =>
    path === undefined ? undefined : readFileSync(path, 'utf8').trim();
  return {
    address,
    port,
    tls: tls && { serverName: tls.serverName, ca: read(tls.caFile) },
    token: read(bearerTokenFile),
  };
}

/** The orchestrator's configuration, complete and checked. Durations are milliseconds. */
export type Config = Readonly<Omit<z.output<typeof Config>, 'redis' | 'pagers' | 'prometheus'>> & {
  prometheus: PrometheusConfig | null;
  redis: { address: string; port: number; password: string | null };
  pagers: readonly PagerSettings[];
};

/**
 * Reads the configuration file, at `path` or where BREAKWATER_ORCHESTRATOR_CONFIG says.
 * @throws BreakwaterError with every fault at once, or Error when the file cannot be read.
 */
export function readConfig(
  environment: NodeJS.ProcessEnv = process.env,
  path: string | null = environment['BREAKWATER_ORCHESTRATOR_CONFIG'] ?? null,
): Config {
  if (path === null)
    throw new Error(
      'set BREAKWATER_ORCHESTRATOR_CONFIG to the path of the configuration file, or name it with --config',
    );
  const { redis, pagers, prometheus, ...config } = parse(Config, JSON.parse(readFileSync(path, 'utf8')));
  const password = redis.passwordFile === undefined ? null : readFileSync(redis.passwordFile, 'utf8').trim();
  return Object.freeze({
    ...config,
    redis: { address: redis.address, port: redis.port, password },
    pagers: readPagers(pagers),
    prometheus: prometheus === undefined ? null : withFiles(prometheus),
  });
}
