import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { Random } from '../../services/agent/src/testing/random.ts';
import { type LinkState, openRelay, type Relay } from './relay.ts';

/** A fleet of real processes whose links can be cut, with the chance that decides what happens to it. */
export interface ChaosFleet {
  fleet: Fleet;
  random: Random;
  setLink(host: string, state: LinkState): void;
  /** Ends everything that was started for it. */
  stop(): Promise<void>;
}

export interface Options {
  seconds: number;
  seed: number;
  hosts: number;
  orchestrators: number;
  portBase: number;
}

/** Starts it. Each host has a way of its own to each orchestrator. */
export async function startChaosFleet(options: Options): Promise<ChaosFleet> {
  const relays = new Map<string, Relay[]>();
  const through = async (host: string, url: string): Promise<string> => {
    const relay = await openRelay(url);
    relays.set(host, [...(relays.get(host) ?? []), relay]);
    return relay.url;
  };
  const closeRelays = (): Promise<unknown> =>
    Promise.all([...relays.values()].flat().map((relay) => relay.close()));
  try {
    const { hosts, orchestrators, portBase } = options;
    // What comes of a bad change that has gone live can be seen only where no rehearsal has stopped it before.
    const fleet = await startFleet({
      hosts,
      datacenters: 3,
      orchestrators,
      portBase,
      rehearsal: 'off',
      agentsThrough: through,
    });
    return {
      fleet,
      random: new Random(options.seed),
      setLink: (host, state) => relays.get(host)?.forEach((relay) => relay.set(state)),
      async stop() {
        await closeRelays();
        await fleet.stop();
      },
    };
  } catch (error) {
    await closeRelays();
    throw error;
  }
}
