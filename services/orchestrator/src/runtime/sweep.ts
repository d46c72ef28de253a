import { BreakwaterError, sleep } from '@breakwater/shared';
import { partOf } from '../core/part.ts';
import { catchUp } from './catch-up.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { gapNotes } from './note-gaps.ts';

const SWEEP_EVERY_MS = 5000;
const EXCHANGE_EVERY_MS = 1000;
const GUARD_EVERY_MS = 10_000;
const ALARM_EVERY_MS = 1000;
const ENROL_EVERY_MS = 5000;
const RETRY_EVERY_MS = 1000;

/**
 * Looks at every live rollout and every waiting page, and makes sure that each has a job: wake-ups may be lost.
 * One that cannot be looked after keeps nobody from looking after the others.
 */
async function sweepOnce(deps: EngineDeps, engine: Engine): Promise<void> {
  const { waves, pages } = deps.queues();
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      failures.push(error);
    }
  };
  for (const id of (await deps.store.snapshot()).live.keys()) {
    await attempt(async () => {
      const { rollout, nextLookAt } = await engine.decide(id, { type: 'look' });
      if (nextLookAt !== null) await waves.wakeAt({ rollout: id, part: partOf(rollout) }, nextLookAt);
    });
  }
  for (const page of await deps.store.outbox()) await attempt(() => pages.deliver(page.id));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} could not be looked after`);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof BreakwaterError && error.code === 'store_unavailable';
}

/** What is to be done again and again. */
interface Duty {
  name: string;
  everyMs: number;
  act: () => Promise<void>;
  /** It does not ask the store: that it succeeds says nothing about whether hosts can be heard. */
  withoutStore?: true;
}

/** Repeats a duty until `signal` aborts. A failure is logged and the duty tried again; the first of a row only. */
async function repeat(
  deps: EngineDeps,
  signal: AbortSignal,
  { name, everyMs, act, withoutStore }: Duty,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      await act();
      if (!withoutStore) deps.watch.storeReached(true);
      failing = false;
    } catch (error) {
      // Only this keeps hosts from being heard. Any other failure must not excuse their silence.
      if (isUnavailable(error)) deps.watch.storeReached(false);
      if (!failing) deps.log.error({ duty: name, err: error }, 'a duty failed; trying again until it works');
      failing = true;
    }
    await sleep(deps.clock, failing ? Math.min(everyMs, RETRY_EVERY_MS) : everyMs, signal);
  }
}

/** In safe mode every duty is the same one: to see whether it is over. */
function trusting({ trust }: EngineDeps, duty: () => Promise<void>): () => Promise<void> {
  return () => (trust.doubt() === null ? duty() : trust.look());
}

/** Hosts join and leave while everything runs: they may be asked for, and take part, from now on. */
async function enrol({ enrolment, watch, log }: EngineDeps): Promise<void> {
  const hosts = await enrolment.reread();
  if (hosts === null) return;
  watch.roster.replace(hosts);
  log.info({ hosts: hosts.length }, 'the enrolment has changed');
}

/** The orchestrator's standing duties, until `signal` aborts. @param alarm pages that the store is not to be believed. */
export async function standWatch(
  deps: EngineDeps,
  engine: Engine,
  signal: AbortSignal,
  alarm: () => Promise<void> = async () => undefined,
): Promise<void> {
  const look = async (): Promise<void> => {
    await deps.guard.look();
    await deps.trust.look();
  };
  const exchanged = trusting(deps, () => deps.watch.exchange());
  const noteGaps = gapNotes(deps, engine);
  const exchange = async (): Promise<void> => {
    await exchanged();
    await noteGaps();
  };
  const missed = trusting(deps, () => catchUp(deps, engine));
  const sweep = trusting(deps, () => sweepOnce(deps, engine));
  await Promise.all([
    repeat(deps, signal, { name: 'check the store', everyMs: GUARD_EVERY_MS, act: look }),
    repeat(deps, signal, { name: 'exchange sightings', everyMs: EXCHANGE_EVERY_MS, act: exchange }),
    repeat(deps, signal, { name: 'sweep', everyMs: SWEEP_EVERY_MS, act: sweep }),
    repeat(deps, signal, { name: 'bring hosts what they missed', everyMs: SWEEP_EVERY_MS, act: missed }),
    repeat(deps, signal, {
      name: 'read the enrolment',
      everyMs: ENROL_EVERY_MS,
      act: () => enrol(deps),
      withoutStore: true,
    }),
    repeat(deps, signal, { name: 'page safe mode', everyMs: ALARM_EVERY_MS, act: alarm, withoutStore: true }),
  ]);
}
