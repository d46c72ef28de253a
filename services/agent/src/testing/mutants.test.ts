import type { Assignment } from '@breakwater/shared';
import { afterEach, expect, test, vi } from 'vitest';
import { treeIn } from '../adapters/generations/layout.ts';
import { liveLink } from '../adapters/generations/live-link.ts';
import type * as JournalLineModule from '../adapters/journal/journal-line.ts';
import type { JournalEntry } from '../core/journal-entry.ts';
import type * as MemoryModule from '../core/memory.ts';
import { recall } from '../core/memory.ts';
import { AIMS } from './aims.ts';
import { ROOT, type SimulatedHost, STORE, type Wiring } from './simulated-host.ts';
import { simulate } from './simulation.ts';

/** Which parts of the code are replaced by wrong ones, where there is no seam to do it by wiring. */
const wrong = vi.hoisted(() => ({ epochs: false, checksums: false }));

vi.mock('../core/memory.ts', async (load) => {
  const real = await load<typeof MemoryModule>();
  const forget = (memory: ReturnType<typeof real.recall>) =>
    wrong.epochs ? { ...memory, highestEpoch: 0 } : memory;
  const remember: typeof real.remember = (memory, record) => forget(real.remember(memory, record));
  return {
    ...real,
    remember,
    recall: (records: Parameters<typeof real.recall>[0]) => forget(real.recall(records)),
  };
});

vi.mock('../adapters/journal/journal-line.ts', async (load) => {
  const real = await load<typeof JournalLineModule>();
  const believed = (line: Uint8Array): unknown => {
    try {
      return JSON.parse(Buffer.from(line).toString('utf8').slice(9));
    } catch {
      return undefined;
    }
  };
  const readLine: typeof real.readLine = (line) => (wrong.checksums ? believed(line) : real.readLine(line));
  return { ...real, readLine };
});

afterEach(() => {
  Object.assign(wrong, { epochs: false, checksums: false });
});

const enospc = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

/** The act before its intent. */
async function switchFirst(
  host: SimulatedHost,
  entry: JournalEntry,
  records: Parameters<typeof recall>[0],
): Promise<void> {
  const bundle = recall(records).change?.assignment.bundle;
  const life = host.process?.life;
  if (entry.type !== 'applying' || bundle === undefined || life === undefined) return;
  await liveLink(ROOT, (generation) => treeIn(STORE, generation), host.disk.for(life)).switchTo(bundle);
}

interface Mutant {
  wiring?: Wiring;
  wrong?: Partial<typeof wrong>;
  /** The situation that it shows in, where chance would take long to come to it. */
  aim?: string;
  /** The promise that it breaks. */
  breaks: RegExp;
}

/** Deliberate bugs; each must be found, or the simulation proves nothing about what it forbids. */
const MUTANTS: Record<string, Mutant> = {
  'the journal is not synchronised before the act': {
    wiring: {
      disk: ({ name, path, when }) =>
        when === 'before' && name.endsWith('sync') && path.endsWith('/journal/journal') ? 'pretended' : null,
    },
    breaks: /durability/,
  },
  'the folder is not synchronised after the link was switched': {
    wiring: {
      disk: ({ name, path, when }) =>
        when === 'before' && name === 'sync' && path === '/' ? 'pretended' : null,
    },
    breaks: /S8|end/,
  },
  'a boot keeps what is pending': { wiring: { guard: false }, aim: 'power cut in soaking', breaks: /S8/ },
  'a torn record is believed': {
    wrong: { checksums: true },
    aim: 'journal torn in a power cut',
    breaks: /durability/,
  },
  'a revert needs a free block': {
    aim: 'revert on a full disk',
    wiring: {
      generations: (real, host) => ({
        ...bound(real),
        switchTo: async (generation) => {
          if (host.disk.blocks !== null) throw enospc();
          await real.switchTo(generation);
        },
      }),
    },
    breaks: /S6|S7/,
  },
  'a grant has no lease': {
    wiring: { leaseMs: 600_000 },
    aim: 'grant later than its lease',
    breaks: /S5/,
  },
  'an epoch may come again': { wrong: { epochs: true }, breaks: /S9|S23/ },
  'clean-up removes the way back': {
    wiring: {
      generations: (real) => ({
        ...bound(real),
        switchTo: async (generation) => {
          await real.switchTo(generation);
          await real.prune([]);
        },
      }),
    },
    breaks: /S11/,
  },
  'the link is switched before the intent is written': {
    wiring: {
      journal: (real, host) => ({
        id: real.id,
        records: () => real.records(),
        append: async (entry) => {
          await switchFirst(host, entry, real.records());
          return real.append(entry);
        },
      }),
    },
    breaks: /S3/,
  },
  'nobody waits for the confirmation only so long': {
    aim: 'because unconfirmed',
    wiring: {
      outside: (real) => ({
        ...real,
        orchestrator: {
          ...bound(real.orchestrator),
          poll: async (...asked) => {
            const answer = await real.orchestrator.poll(...asked);
            const forever = (one: Assignment): Assignment => ({ ...one, confirmWithinMs: 1e12 });
            return { ...answer, assignment: answer.assignment && forever(answer.assignment) };
          },
        },
      }),
    },
    breaks: /S7/,
  },
  'wrong answers are taken for right ones': {
    aim: 'because wrong_rcode',
    wiring: {
      outside: (real) => ({
        ...real,
        dns: {
          ask: async (question) => {
            const answer = await real.dns.ask(question);
            return answer.kind === 'answer' ? { ...answer, rcode: 'NOERROR', aa: true, serial: 1 } : answer;
          },
        },
      }),
    },
    breaks: /S13|S6/,
  },
};

/** An adapter's methods, to be spread. */
function bound<T extends object>(adapter: T): T {
  const names = new Set([
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(adapter) as object),
    ...Object.keys(adapter),
  ]);
  return Object.fromEntries(
    [...names].map((name) => {
      const value: unknown = Reflect.get(adapter, name, adapter);
      return [name, typeof value === 'function' ? (value.bind(adapter) as unknown) : value];
    }),
  ) as T;
}

test.each(Object.entries(MUTANTS))(
  'finds out that %s',
  async (_, mutant) => {
    Object.assign(wrong, mutant.wrong);
    const found: string[] = [];
    for (let seed = 1; seed <= 120; seed += 1) {
      const { faults } = await simulate(seed, mutant.wiring, AIMS.get(mutant.aim ?? ''));
      found.push(...faults);
      if (faults.some((fault) => mutant.breaks.test(fault))) return;
    }
    expect(found).toContainEqual(expect.stringMatching(mutant.breaks));
  },
  90_000,
);
