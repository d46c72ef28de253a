import { BreakwaterError, isoTime, type Page } from '@breakwater/shared';
import type { Operator, PageTest } from '../adapters/http/interface.ts';
import { type Pager, PagerError } from '../adapters/pagers/interface.ts';
import { PAGE_TEXTS, pageReason } from '../core/page-text.ts';
import { chain } from './chain.ts';
import type { Channels } from './channels.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Whoever tests pagers wakes people: not more often than this. */
const PAUSE_MS = 10_000;

type TestDeps = Pick<EngineDeps, 'store' | 'clock' | 'metrics'>;

/** Sends a test page over one channel, or over each of them. @returns what became of each. */
export type TestPages = (channel: string | null, by: Operator, reason: string) => Promise<PageTest[]>;

/**
 * Makes what proves channels. Never over another channel instead: a test says what that very one does. The log says
 * who tests, and why, before anybody is woken.
 */
export function pageTests(deps: TestDeps, engine: Engine, { pagers }: Channels): TestPages {
  let last = -Infinity;
  return async (channel, by, reason) => {
    const asked = pagers.filter(({ name }) => channel === null || name === channel);
    if (asked.length === 0) {
      const names = pagers.map(({ name }) => name).join(', ');
      throw new BreakwaterError('not_found', `There is no channel ${channel ?? ''}; there are: ${names}.`);
    }
    const wait = last + PAUSE_MS - deps.clock.monotonic();
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new BreakwaterError('too_soon', `The pagers have just been tested; test again in ${seconds} s.`);
    }
    last = deps.clock.monotonic();
    const page = await announce(deps, engine, asked, by, reason);
    return Promise.all(asked.map((pager) => prove(deps, pager, page)));
  };
}

/** Logs the test, and takes the page's key from the number of that event: no two tests share it. */
async function announce(
  { store, clock }: TestDeps,
  engine: Engine,
  asked: readonly Pager[],
  by: Operator,
  reason: string,
): Promise<Page> {
  const channels = asked.map(({ name }) => name);
  return engine.inTurn(async () => {
    for (;;) {
      const { head } = await store.snapshot();
      const now = clock.now();
      const events = chain(head, [{ type: 'pages.tested', by: by.name, reason, channels }], now);
      if ((await store.commit({ expected: head, events })) === 'committed')
        return testPage(events[0].seq, reason, now);
    }
  });
}

function testPage(seq: number, reason: string, now: number): Page {
  return {
    ...PAGE_TEXTS.test(),
    id: `test-${seq}`,
    dedupKey: `test/${seq}`,
    // As severe as a halt: what a channel does with anything milder proves nothing.
    severity: 'critical',
    status: 'firing',
    rollout: null,
    code: 'test',
    reason: pageReason(reason),
    at: isoTime(now),
  };
}

async function prove({ clock, metrics }: TestDeps, pager: Pager, page: Page): Promise<PageTest> {
  const started = clock.monotonic();
  const outcome = (rest: { accepted: boolean; status?: number; error?: string }): PageTest => {
    metrics.paged(pager.name, rest.accepted ? 'accepted' : 'failed');
    return { channel: pager.name, ...rest, ms: Math.round(clock.monotonic() - started) };
  };
  try {
    await pager.send(page);
  } catch (error) {
    return outcome({ accepted: false, ...told(error) });
  }
  if (!pager.resolves) return outcome({ accepted: true });
  try {
    await pager.send({ ...page, status: 'resolved', summary: 'The TEST of this pager is over' });
    return outcome({ accepted: true });
  } catch (error) {
    const { error: why } = told(error);
    return outcome({ accepted: true, error: `The test page stays open, resolve it by hand: ${why}` });
  }
}

function told(error: unknown): { status?: number; error: string } {
  const status = error instanceof PagerError && error.status !== null ? { status: error.status } : {};
  return { ...status, error: error instanceof Error ? error.message : String(error) };
}
