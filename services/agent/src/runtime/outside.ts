import type { Clock } from '@breakwater/shared';
import type { Logger } from 'pino';
import type { Checker } from '../adapters/checker/interface.ts';
import type { DnsClient } from '../adapters/dns/interface.ts';
import type { Generations, TemplateView } from '../adapters/generations/interface.ts';
import type { Journal } from '../adapters/journal/interface.ts';
import type { Metrics } from '../adapters/metrics/interface.ts';
import type { OrchestratorClient } from '../adapters/orchestrator/interface.ts';
import type { Rehearsal } from '../adapters/rehearsal/interface.ts';
import type { Supervisor } from '../adapters/supervisor/interface.ts';

/** Everything around the core; `compose.ts` chooses the real ones, tests choose theirs. */
export interface Outside {
  clock: Clock;
  /** A number from 0 up to 1: what spreads the retries of many hosts. */
  random: () => number;
  log: Logger;
  /** The kernel's boot id. */
  boot: string;
  /** What templates may name on this host. */
  view: TemplateView;
  journal: Journal;
  generations: Generations;
  checker: Checker;
  rehearsal: Rehearsal;
  supervisor: Supervisor;
  dns: DnsClient;
  /** Asks another host's name server. @throws when the address is no IP literal. */
  dnsTo: (address: string, port: number) => DnsClient;
  orchestrator: OrchestratorClient;
  /** Only where the configuration says where they are shown. */
  metrics?: Metrics | undefined;
}
