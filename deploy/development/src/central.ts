import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@breakwater/shared';
import {
  fleetPaths,
  orchestratorsOf,
  type PlannedHost,
  serviceNames,
  servicePorts,
  type Size,
} from './layout.ts';
import { newSecret, writeSecret } from './secrets.ts';
import { type Service, writeService } from './service.ts';

/** The folder that the workspace's packages are in. */
const PROJECT = new URL('../../../', import.meta.url);

/** Where a file of the project is. */
export function projectPath(path: string): string {
  return fileURLToPath(new URL(path, PROJECT));
}

/**
 * A program of the project, run by the Node.js that runs this one. Many of them share the machine, so each collects
 * its young garbage early instead of letting it grow to tens of megabytes.
 */
export function nodeProgram(path: string): string[] {
  return [process.execPath, '--max-semi-space-size=2', projectPath(path)];
}

/**
 * Compiled code, kept from one start to the next. It is below node_modules and not in the run folder because a
 * service writes it when it ends: a folder that goes with the fleet would never be read.
 */
export const compileCache = {
  NODE_COMPILE_CACHE: projectPath('node_modules/.cache/breakwater'),
};

/** A host as the orchestrator is told of it, with the token of its agent. */
export interface EnrolledHost extends PlannedHost {
  token: string;
}

/** The operators' tokens. */
export interface Operators {
  admin: string;
  approver: string;
}

/** Settings with which Redis loses nothing that it has acknowledged; the orchestrator refuses to work with others. */
function redisConfiguration(directory: string, port: number, password: string): string {
  return `bind 127.0.0.1
port ${port}
dir ${directory}
requirepass ${password}
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
maxmemory-policy noeviction
save ""
`;
}

async function writeRedis(runDir: string, port: number): Promise<{ service: Service; passwordFile: string }> {
  const { redis } = fleetPaths(runDir);
  await mkdir(redis);
  const password = newSecret();
  const passwordFile = join(redis, 'password');
  const configuration = join(redis, 'redis.conf');
  await writeSecret(passwordFile, password);
  await writeSecret(configuration, redisConfiguration(redis, port, password));
  return { service: { name: serviceNames.redis, command: ['redis-server', configuration] }, passwordFile };
}

interface OrchestratorParts {
  size: Size;
  hosts: readonly EnrolledHost[];
  operators: Operators;
  redisPasswordFile: string;
  /** Settings of every orchestrator that are to be otherwise. */
  settings: Readonly<Record<string, unknown>>;
}

function writeJson(path: string, content: unknown): Promise<void> {
  return writeSecret(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Who belongs to the fleet: the same files for all orchestrators. */
async function writeEnrolment(
  folder: string,
  { hosts, operators }: OrchestratorParts,
): Promise<{ hostsFile: string; operatorsFile: string }> {
  const [hostsFile, operatorsFile] = [join(folder, 'hosts.json'), join(folder, 'operators.json')];
  await writeJson(
    hostsFile,
    hosts.map(({ id, datacenter, address: at, port, token }) => ({
      id,
      datacenter,
      address: at,
      port,
      groups: [],
      labels: { role: 'authoritative' },
      tokenSha256: sha256(token),
    })),
  );
  await writeJson(
    operatorsFile,
    Object.entries(operators).map(([name, token]) => ({
      name,
      role: name,
      tokenSha256: sha256(token as string),
    })),
  );
  return { hostsFile, operatorsFile };
}

async function writeOrchestrators(runDir: string, parts: OrchestratorParts): Promise<Service[]> {
  const { size, redisPasswordFile } = parts;
  const ports = servicePorts(size.portBase);
  const address = '127.0.0.1';
  const planned = orchestratorsOf(size);
  for (const { name } of planned) await mkdir(fleetPaths(runDir).orchestrator(name));
  const enrolment = await writeEnrolment(fleetPaths(runDir).orchestrator('orchestrator'), parts);
  return Promise.all(
    planned.map(async ({ name, api, agents }): Promise<Service> => {
      const folder = fleetPaths(runDir).orchestrator(name);
      const configuration = join(folder, 'orchestrator.json');
      await writeJson(configuration, {
        api: { address, port: api },
        agents: { address, port: agents },
        redis: { address, port: ports.redis, passwordFile: redisPasswordFile },
        ...enrolment,
        witnessFile: join(folder, 'witness'),
        // Nothing in the development fleet is a secret.
        statusPage: { showDiff: true },
        statusCopy: join(folder, 'status.html'),
        pagers: [{ name: 'sink', kind: 'webhook', url: `http://127.0.0.1:${ports.pages}/` }],
        unknownAfter: '30s',
        repageEvery: '15m',
        verifyWithin: '10s',
        logLevel: 'info',
        ...parts.settings,
      });
      return {
        name,
        command: nodeProgram('services/orchestrator/src/main.ts'),
        env: { BREAKWATER_ORCHESTRATOR_CONFIG: configuration, ...compileCache },
      };
    }),
  );
}

/**
 * Writes what serves the whole fleet: Redis, the page sink and the orchestrators.
 * @returns their service directories.
 */
export async function writeCentral(
  runDir: string,
  size: Size,
  hosts: readonly EnrolledHost[],
  operators: Operators,
  settings: OrchestratorParts['settings'] = {},
): Promise<string[]> {
  const ports = servicePorts(size.portBase);
  const { service: redis, passwordFile } = await writeRedis(runDir, ports.redis);
  const orchestrators = await writeOrchestrators(runDir, {
    size,
    hosts,
    operators,
    redisPasswordFile: passwordFile,
    settings,
  });
  const pages: Service = {
    name: serviceNames.pages,
    command: [
      ...nodeProgram('deploy/development/src/page-sink.ts'),
      String(ports.pages),
      fleetPaths(runDir).pages,
    ],
  };
  return Promise.all([redis, pages, ...orchestrators].map((service) => writeService(runDir, service)));
}
