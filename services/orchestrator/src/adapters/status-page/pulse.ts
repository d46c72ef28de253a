import type { Clock } from '@breakwater/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Operations } from '../http/interface.ts';
import type { Pages } from './pages.ts';
import type { Readers } from './readers.ts';

export interface PulseOptions {
  readers: Readers;
  /** Writes the copy of the first page; `null` where none is kept. */
  writeCopy: (() => Promise<void>) | null;
  clock: Clock;
  log: Pick<FastifyBaseLogger, 'error' | 'info'>;
  times?: PulseTimes;
}

export interface PulseTimes {
  /** Things happen in bursts: for so long they are gathered. */
  gatherMs: number;
  /** How often to see whether something has changed that no event tells, such as a host that is silent. */
  everyMs: number;
  /** A copy is written at least so often: how old it is tells whether whoever writes it still lives. */
  copyEveryMs: number;
}

const TIMES: PulseTimes = { gatherMs: 150, everyMs: 2000, copyEveryMs: 9000 };

export interface Pulse {
  start(): Promise<void>;
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>;
}

/** Notices that the first page is another one, tells those who have a page open, and keeps the copy. */
export function takePulse(
  operations: Pick<Operations, 'onLog'>,
  pages: Pick<Pages, 'fleet' | 'outdate'>,
  { readers, writeCopy, clock, log, times = TIMES }: PulseOptions,
): Pulse {
  let shown = '';
  let copiedAt = Number.NEGATIVE_INFINITY;
  let failing = false;

  async function look(isNews: boolean): Promise<void> {
    if (readers.count() === 0 && writeCopy === null) return;
    const page = await pages.fleet();
    const isOther = page !== shown;
    shown = page;
    // What has happened may show on the page of a rollout alone.
    if (isOther || isNews) readers.tell();
    if (writeCopy && (isOther || clock.monotonic() - copiedAt >= times.copyEveryMs)) {
      copiedAt = clock.monotonic();
      await writeCopy();
    }
  }

  function beat(isNews: boolean): Promise<void> {
    const worked = (): void => {
      if (failing) log.info('the copy of the status page is written again');
      failing = false;
    };
    return look(isNews).then(worked, (err: unknown) => {
      if (!failing) log.error({ err }, 'the copy of the status page cannot be written; trying again');
      failing = true;
    });
  }

  let beating: Promise<void> = Promise.resolve();
  let gathering: (() => void) | null = null;
  const gather = (): void => {
    pages.outdate();
    gathering ??= clock.setTimer(times.gatherMs, () => {
      gathering = null;
      // Whoever looked in between has the state of the middle of a burst.
      pages.outdate();
      beating = beat(true);
    });
  };

  let next = (): void => undefined;
  const goOn = (): void => {
    next = clock.setTimer(times.everyMs, () => {
      beating = beat(false).then(goOn);
    });
  };

  let unsubscribe = (): void => undefined;
  return {
    async start() {
      unsubscribe = operations.onLog(gather);
      goOn();
      await beat(false);
    },
    stop() {
      unsubscribe();
      next();
      gathering?.();
      return beating;
    },
  };
}
