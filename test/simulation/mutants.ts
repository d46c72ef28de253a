import type { Wiring } from './interfaces.ts';
import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { Commit, Store } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { chain } from '../../services/orchestrator/src/runtime/chain.ts';
import type { World } from './interfaces.ts';

/** A deliberate bug. */
export interface Mutant {
  /** The invariant that it breaks: the one that has to find it. */
  breaks: RegExp;
  /** What it changes about how things are put together; those without are in place of a function, by their name. */
  wiring?: Wiring;
  /** Found so soon, and so cheaply, that it is tried with every change. */
  quick?: true;
}

type Writes = (commit: Commit, world: World) => Commit | null;

/** A store that writes something else than it was asked to; `null`: nothing, and says that it did. */
function storeThat(writes: Writes, more: (store: Store) => Partial<Store> = () => ({})): Wiring {
  return {
    store: (store, world) => ({
      ...store,
      ...more(store),
      commit: async (commit) => {
        const written = writes(commit, world);
        return written === null ? 'committed' : store.commit(written);
      },
    }),
  };
}

/** The same events, without their numbers, after another head. */
function rechained(commit: Commit, after: Commit['expected'], keep: (type: string) => boolean): Commit {
  const kept = commit.events.filter(({ type }) => keep(type));
  const plain = (kept.length > 0 ? kept : commit.events).map(
    ({ seq: _seq, at: _at, prev: _prev, hash: _hash, ...event }) => event,
  );
  const [first, ...rest] = chain(after, plain, commit.events[0].at);
  return first ? { ...commit, expected: after, events: [first, ...rest] } : commit;
}

/**
 * Bugs that somebody could make, at least one for each promise; the simulation proves nothing about what it forbids
 * unless each of them is found out. Those without a wiring replace a pure function (`mutants.test.ts`).
 */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'no budget is checked': { breaks: /^S1:/, quick: true },
  'silence is taken for health': { breaks: /^S1:/ },
  'redundancy groups are not looked at': { breaks: /^S2:/, quick: true },
  'the link is switched before the intent is written': { breaks: /^S3:/, quick: true },
  'a grant is sent after a stop': { breaks: /^S4:/ },
  'a grant has no lease': { breaks: /^S5:/, wiring: { leaseMs: 10_000_000 } },
  'a revert waits for the network': { breaks: /^(S6|S7):/ },
  'nobody goes back without being told': { breaks: /^S7:/ },
  'a boot keeps what is pending': { breaks: /^S8:/ },
  'epochs are not compared': { breaks: /^S9:/ },
  'clean-up takes the way back': { breaks: /^S11:/, quick: true },
  'a host may be claimed twice': { breaks: /^S12:/ },
  'a wave begins too early': { breaks: /^S13:/, quick: true },
  'a host is confirmed without its soak': { breaks: /^S13:/, quick: true },
  'nothing is compared before it is saved': {
    breaks: /^S14:/,
    wiring: storeThat((commit, { server }) => rechained(commit, server.data.head, () => true)),
  },
  'a late report wins': { breaks: /^S15:/, quick: true },
  'what was acknowledged is not saved': {
    breaks: /^S16:/,
    quick: true,
    wiring: storeThat((commit, { random, server }) =>
      server.data.head.seq > GENESIS.seq && random.chance(0.1) ? null : commit,
    ),
  },
  'an idempotency key is forgotten': {
    breaks: /^S17:/,
    wiring: storeThat(
      ({ idempotency: _key, ...commit }) => commit,
      () => ({ idempotent: async () => null }),
    ),
  },
  'a halt is saved without its page': {
    breaks: /^S18:/,
    wiring: storeThat((commit) => ({ ...commit, pages: [] })),
    quick: true,
  },
  'a state changes without an event': {
    breaks: /^S19:/,
    wiring: storeThat((commit) => rechained(commit, commit.expected, (type) => type !== 'rollout.state')),
  },
  'a store that is behind is believed': { breaks: /^S20:/ },
  "another host's report is taken": { breaks: /^S21:/, quick: true },
  'every look makes a job of its own': { breaks: /^S23:/ },
  'a gate without data is taken for a pass': { breaks: /^gate:/, quick: true },
  'a freeze is not heeded': { breaks: /^freeze:/, quick: true },
  'a drained host is taken': { breaks: /^order:/, quick: true },
  'hosts catch up with what is still being proved': { breaks: /^catchUp:/ },
  'nobody knows who has missed a change': { breaks: /^live:/ },
  'failures do not halt': { breaks: /^(canary|live):/ },
  'a page is taken out of the outbox before it was taken': {
    breaks: /^(S18|live):/,
    wiring: { pager: ({ name, resolves }) => ({ name, resolves, send: async () => undefined }) },
  },
};
