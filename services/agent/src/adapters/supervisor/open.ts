import type { Supervisor } from './interface.ts';
import { runitSupervisor } from './runit.ts';
import { systemdSupervisor } from './systemd.ts';

/** The daemon and its supervisor, as the agent's configuration names them. */
export type SupervisorConfig =
  | { driver: 'runit'; service: string; log: string }
  | { driver: 'systemd'; unit: string; scope: 'system' | 'user'; log?: string | undefined };

/**
 * Opens the driver that a configuration names.
 * @param warn hears what an operator should look at; nothing of it keeps the agent from working
 * @throws when the supervisor says that there is no such daemon, which no waiting repairs
 */
export async function openSupervisor(
  config: SupervisorConfig,
  warn: (sentence: string) => void,
): Promise<Supervisor> {
  switch (config.driver) {
    case 'runit':
      return runitSupervisor(config);
    case 'systemd': {
      const supervisor = systemdSupervisor({ ...config, warn });
      // A systemd that does not answer now (at boot, under load) may do so when it is needed.
      const fault = await supervisor.inspect().catch((error: unknown) => {
        warn(`systemd could not be asked about ${config.unit}; going on: ${String(error)}`);
        return null;
      });
      if (fault !== null) throw new Error(`daemon.unit: ${fault}`);
      return supervisor;
    }
    default:
      return config satisfies never;
  }
}
