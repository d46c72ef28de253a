import type { ChaosFleet } from './chaos-fleet.ts';
import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { LoggedEvent } from '../../services/orchestrator/src/core/event.ts';
import { verifyChain } from '../../services/orchestrator/src/runtime/chain.ts';

type Shown = Omit<LoggedEvent, 'at'> & { at: string };

/** The whole audit log as one orchestrator shows it. @throws when its chain does not verify. */
export async function readLog({ fleet }: ChaosFleet, api: string): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let next: string | null = '0'; next !== null; ) {
    const response = await fetch(`${api}/v1/audit?limit=500&after=${next}`, {
      headers: { authorization: `Bearer ${fleet.token}` },
    });
    if (!response.ok) throw new Error(`${api} answered ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { items: Shown[]; next: string | null };
    // Shown as text, logged as milliseconds: the hash is over what was logged.
    events.push(...page.items.map((event) => ({ ...event, at: Date.parse(event.at) }) as LoggedEvent));
    next = page.next;
  }
  verifyChain(events, GENESIS);
  return events;
}
