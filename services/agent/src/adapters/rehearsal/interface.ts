import type { ProcessId } from '../../core/daemon.ts';
import type { DnsClient } from '../dns/interface.ts';

/** What became of a rehearsed daemon. `broken` says that the stage is gone, and nothing of the daemon. */
export type StageState =
  | { is: 'running' }
  /** `how`, in words: "exited with status 1". */
  | { is: 'exited'; how: string }
  | { is: 'broken'; cause: string };

/** The daemon on a staged tree, where neither the live daemon nor the network knows of it. */
export interface Stage {
  /** Asks the rehearsed daemon at the host's service address. */
  dns: DnsClient;
  /** Asks the same from an address that is none of the host's. */
  stranger: DnsClient;
  /** The service address and port, for a person. */
  place: string;
  /** Where the daemon has said that it listens, such as `192.0.2.1#53`; empty also when it logs elsewhere. Never rejects. */
  listeners(): Promise<readonly string[]>;
  state: () => StageState;
  /** Whether the rehearsed daemon has said that all its zones are loaded; it may log to elsewhere, and never say so here. */
  loaded(): Promise<boolean>;
  /** The end of what the rehearsed daemon wrote into its log; never rejects. */
  log(): Promise<string>;
  /** Ends everything that runs there. When it resolves no process, mount or file of it is left. */
  close(): Promise<void>;
}

/** Starts the real daemon on a tree that is not live. */
export interface Rehearsal {
  /** Why this host rehearses nothing, as found when the agent started; `null` when it can. */
  readonly unavailable: string | null;
  /**
   * Starts the daemon; whether it comes up, the stage tells.
   * @param tree the staged tree, which appears to the daemon at the live path
   * @param live the live daemon, whose user the rehearsed one gets
   * @throws in words, when there is no stage to start a daemon on
   */
  open(tree: string, live: ProcessId | null): Promise<Stage>;
}
