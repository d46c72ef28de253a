import type { Page, Share } from '@breakwater/shared';
import { limitOf } from '../../services/orchestrator/src/core/budget.ts';
import { join } from 'node:path';
import { readJournal } from '../../services/agent/src/adapters/journal/read-journal.ts';
import type { JournalRecord } from '../../services/agent/src/core/journal-entry.ts';
import type { LoggedEvent } from '../../services/orchestrator/src/core/event.ts';
import type { ChaosFleet } from './chaos-fleet.ts';
import type { Record } from './operators.ts';

/** What each host's own journal says, by host. */
type Journals = ReadonlyMap<string, readonly JournalRecord[]>;

async function readJournals({ fleet }: ChaosFleet): Promise<Journals> {
  const read = fleet.hosts.map(async ({ id, root }) => {
    const { records } = await readJournal(join(root, '..', 'store', 'journal'));
    return [id, records] as const;
  });
  return new Map(await Promise.all(read));
}

/** The attempts in which a host has switched to the new generation, as far as its own journal tells. */
function applied(records: readonly JournalRecord[]): { epoch: number; rollout: string }[] {
  const rollouts = new Map<number, string>();
  return records.flatMap((record) => {
    if (record.type === 'accepted') rollouts.set(record.assignment.epoch, record.assignment.rollout);
    if (record.type !== 'applying') return [];
    return [{ epoch: record.epoch, rollout: rollouts.get(record.epoch) ?? 'unknown' }];
  });
}

/** S9: an attempt is applied at most once, and epochs never go back. */
function appliedTwice(journals: Journals): string[] {
  return [...journals].flatMap(([host, records]) => {
    const epochs = applied(records).map(({ epoch }) => epoch);
    const wrong = epochs.filter((epoch, at) => at > 0 && epoch <= (epochs[at - 1] ?? 0));
    return wrong.map((epoch) => `S9: ${host} applied epoch ${epoch} after it had applied it or a later one`);
  });
}

/** A change that is bad stops at the first host, whatever happens meanwhile. */
function badBeyondCanary(journals: Journals, bad: ReadonlySet<string>): string[] {
  return [...bad].flatMap((rollout) => {
    const hosts = [...journals].filter(([, records]) =>
      applied(records).some((one) => one.rollout === rollout),
    );
    if (hosts.length <= 1) return [];
    return [`${rollout} is bad, and ran on ${hosts.map(([host]) => host).join(', ')}`];
  });
}

/** S16: what was acknowledged is there. */
function lostActs(events: readonly LoggedEvent[], { acknowledged }: Record): string[] {
  return acknowledged.flatMap(({ act, rollout, reason, state }) => {
    const logged = events.some((event) => 'reason' in event && event.reason === reason);
    // Asked for something that was so already: nothing is logged, and it must have been so.
    const already = events.some(
      (event) => event.type === 'rollout.state' && event.rollout === rollout && event.to === state,
    );
    if (logged || (act !== 'submit' && already)) return [];
    return [`S16: ${act} of ${rollout} ("${reason}") was acknowledged and is not in the log`];
  });
}

/** S18: every halt has queued a page in the same decision, and a pager has it. */
function unpaged(events: readonly LoggedEvent[], pages: readonly Page[]): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'rollout.state' || event.to !== 'halted') return [];
    const queued = events.find(
      (other) => other.type === 'page.queued' && other.rollout === event.rollout && other.at === event.at,
    );
    if (queued?.type !== 'page.queued')
      return [`S18: ${event.rollout} halted (event ${event.seq}) without a page`];
    const key = queued.page.dedupKey;
    return pages.some((page) => page.dedupKey === key) ? [] : [`S18: nobody has got the page ${key}`];
  });
}

/** Where a host can be granted. A resumed rollout passes through its preflight within one decision. */
const GRANTING = ['running', 'preflighting', 'awaitingApproval'];

/** S4: a host is told to apply only while its rollout runs. */
function grantedWhileStopped(events: readonly LoggedEvent[]): string[] {
  const states = new Map<string, string>();
  return events.flatMap((event) => {
    if (event.type === 'rollout.state') states.set(event.rollout, event.to);
    if (event.type !== 'host.state' || event.to !== 'applying' || event.from !== 'ready') return [];
    // One decision may grant and then stop, or go on and then grant: its events have one time.
    const within = events.flatMap((other) =>
      other.type === 'rollout.state' && other.rollout === event.rollout && other.at === event.at
        ? [other.from, other.to]
        : [],
    );
    const possible = [states.get(event.rollout) ?? 'planned', ...within];
    if (possible.some((state) => GRANTING.includes(state))) return [];
    return [
      `S4: ${event.host} was granted ${event.rollout} while that was ${possible[0]} (event ${event.seq})`,
    ];
  });
}

/** S1: a grant never takes more hosts of a datacenter than the rollout's budget. */
function overBudget(chaos: ChaosFleet, events: readonly LoggedEvent[], budgets: Budgets): string[] {
  const places = new Map<string, string>(chaos.fleet.hosts.map(({ id, datacenter }) => [id, datacenter]));
  const flying = new Map<string, string>();
  return events.flatMap((event) => {
    if (event.type !== 'host.state') return [];
    const place = places.get(event.host) ?? '';
    if (!IN_FLIGHT.includes(event.to) || (event.to === 'failed' && event.from === 'staging'))
      flying.delete(event.host);
    if (event.to !== 'applying' || event.from !== 'ready') return [];
    flying.set(event.host, place);
    const count = [...flying.values()].filter((other) => other === place).length;
    const limit = limitOf(
      budgets.get(event.rollout) ?? 1,
      [...places.values()].filter((p) => p === place).length,
    );
    return count > limit
      ? [`S1: ${count} hosts of ${place} in flight, at most ${limit} (event ${event.seq})`]
      : [];
  });
}

const IN_FLIGHT = ['applying', 'verifying', 'soaking', 'failed', 'reverting', 'revertFailed', 'lost'];
/** `maxUnavailable` of each rollout. */
type Budgets = ReadonlyMap<string, Share>;

/** S3, S13: a host of a wave is granted only when every wave ahead of it is over. */
function wavesOutOfOrder(events: readonly LoggedEvent[]): string[] {
  const open = new Map<string, string[]>();
  return events.flatMap((event) => {
    if (event.type !== 'wave.state') return [];
    const mine = open.get(event.rollout) ?? [];
    const others = mine.filter((wave) => wave !== event.wave);
    const going = event.to === 'running' || event.to === 'soaking';
    open.set(event.rollout, going ? [...others, event.wave] : others);
    const early = event.to === 'running' && event.from === 'pending' && others.length > 0;
    return early ? [`S13: ${event.rollout} began ${event.wave} while ${others.join(', ')} went on`] : [];
  });
}

async function budgetsOf({ fleet }: ChaosFleet, { acknowledged }: Record): Promise<Budgets> {
  const headers = { authorization: `Bearer ${fleet.token}` };
  const ids = acknowledged.filter(({ act }) => act === 'submit').map(({ rollout }) => rollout);
  const read = ids.map(async (id) => {
    const rollout = (await (await fetch(`${fleet.api}/v1/rollouts/${id}`, { headers })).json()) as {
      strategy: { maxUnavailable: Share };
    };
    return [id, rollout.strategy.maxUnavailable] as const;
  });
  return new Map(await Promise.all(read));
}

/** Every promise that what is left behind can show to be broken. */
export async function broken(
  chaos: ChaosFleet,
  events: readonly LoggedEvent[],
  record: Record,
): Promise<string[]> {
  const journals = await readJournals(chaos);
  const pages = (await (await fetch(chaos.fleet.pages)).json()) as Page[];
  return [
    ...appliedTwice(journals),
    ...badBeyondCanary(journals, record.bad),
    ...lostActs(events, record),
    ...unpaged(events, pages),
    ...grantedWhileStopped(events),
    ...wavesOutOfOrder(events),
    ...overBudget(chaos, events, await budgetsOf(chaos, record)),
  ];
}
