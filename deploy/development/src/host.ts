import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileCache, type EnrolledHost, nodeProgram, projectPath } from './central.ts';
import { firstConfiguration, renderFor } from './configuration.ts';
import { fleetPaths, hostPaths, serviceNames } from './layout.ts';
import { writeSecret } from './secrets.ts';
import { directoryOf, logOf, type Service, writeService } from './service.ts';

const agentProgram = nodeProgram('services/agent/src/main.ts');
const GUARD = projectPath('services/agent/guard.sh');

function agentEnvironment(config: string): Record<string, string> {
  return { BREAKWATER_AGENT_CONFIG: config, ...compileCache };
}

/** The first configuration, in the folder `initial`; the agent adopts it when it starts for the first time. */
async function writeManagedRoot(runDir: string, host: EnrolledHost): Promise<void> {
  const { root, initial, stateDir } = hostPaths(runDir, host.id);
  for (const { path, text } of renderFor({ ...host, root, stateDir }, firstConfiguration)) {
    const file = join(initial, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await symlink('initial', root);
}

/** What the agents of a fleet are told alike. */
interface AgentOptions {
  agentsUrls: readonly string[];
  rehearsal: 'auto' | 'off' | undefined;
}

function agentConfiguration(
  runDir: string,
  host: EnrolledHost,
  { agentsUrls, rehearsal }: AgentOptions,
): unknown {
  const { root, stateDir, storeDir, token } = hostPaths(runDir, host.id);
  const named = serviceNames.named(host.id);
  return {
    host: {
      id: host.id,
      datacenter: host.datacenter,
      address: host.address,
      port: host.port,
      controlPort: host.controlPort,
    },
    vars: {},
    root,
    stateDir,
    storeDir,
    orchestrators: agentsUrls,
    tokenFile: token,
    askFrom: host.askFrom,
    daemon: {
      driver: 'runit',
      service: directoryOf(runDir, named),
      log: logOf(runDir, named),
      config: 'named.conf',
      program: [fleetPaths(runDir).named],
      rehearsal,
    },
    pollFor: '5s',
    lease: '30s',
    metrics: { address: host.address, port: host.metricsPort },
    logLevel: 'info',
  };
}

/**
 * Writes one host: its name server's first configuration, its agent, and the services of both.
 * @returns their service directories.
 */
export async function writeHost(
  runDir: string,
  host: EnrolledHost,
  options: AgentOptions,
): Promise<{ agent: string; named: string }> {
  const paths = hostPaths(runDir, host.id);
  for (const folder of [paths.initial, paths.storeDir, paths.stateDir])
    await mkdir(folder, { recursive: true });
  await writeManagedRoot(runDir, host);
  await writeSecret(paths.token, host.token);
  await writeFile(paths.config, `${JSON.stringify(agentConfiguration(runDir, host, options), null, 2)}\n`);
  const named: Service = {
    name: serviceNames.named(host.id),
    command: [
      fleetPaths(runDir).named,
      '-f',
      '-L',
      logOf(runDir, serviceNames.named(host.id)),
      '-c',
      join(paths.root, 'named.conf'),
    ],
    before: {
      command: [GUARD, paths.storeDir, ...agentProgram, 'guard'],
      env: agentEnvironment(paths.config),
    },
  };
  const agent: Service = {
    name: serviceNames.agent(host.id),
    // -F: flock becomes the agent, so that the lock is held for exactly as long as the agent lives.
    command: ['flock', '-F', '-n', '-E', '75', paths.lock, ...agentProgram],
    env: agentEnvironment(paths.config),
  };
  return { agent: await writeService(runDir, agent), named: await writeService(runDir, named) };
}
