import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration, type HostState } from '@breakwater/shared';
import type { Api, Rollout, RolloutEvent } from './api.ts';
import { isOver, type Progress, record, startOf, type WaveProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Few enough to show each host by a sign of its own; of more, the numbers say more. */
const FEW = 16;

function sign(terminal: Terminal, state: HostState): string {
  switch (state) {
    case 'pending':
    case 'staging':
    case 'ready':
    case 'skipped':
      return terminal.paint('dim', '○');
    case 'applying':
    case 'verifying':
    case 'soaking':
    case 'reverting':
      return terminal.paint('yellow', '◐');
    case 'confirmed':
      return terminal.paint('green', '●');
    case 'failed':
    case 'reverted':
    case 'revertFailed':
    case 'lost':
      return terminal.paint('red', '●');
  }
}

/** Lines up the columns of all lines about waves. */
function row(label: string, middle: string, end: string): string {
  return `   ${label.padEnd(16)} ${middle} ${end}`.trimEnd();
}

function waveLine(terminal: Terminal, wave: WaveProgress, now: number): string {
  const states = [...wave.hosts.values()];
  const confirmed = states.filter((state) => state === 'confirmed').length;
  const [only] = wave.hosts.keys();
  const who = states.length === 1 ? (only ?? '') : `${confirmed} of ${states.length} hosts`;
  const signs = states.length <= FEW ? states.map((state) => sign(terminal, state)).join('') : '';
  const padding = ' '.repeat(Math.max(0, FEW - (signs === '' ? 0 : states.length)));
  const took =
    wave.startedAt === null ? '' : formatDuration(Math.max(0, (wave.endedAt ?? now) - wave.startedAt));
  const colour = wave.state === 'passed' ? 'green' : wave.state === 'failed' ? 'red' : 'dim';
  const state = terminal.paint(colour, wave.state.padEnd(8));
  return row(wave.name, `${who.padEnd(16)} ${signs}${padding}`, `${state} ${took.padStart(6)}`);
}

function preflightLine(terminal: Terminal, progress: Progress, now: number): string {
  const hosts = progress.waves.flatMap((wave) => [...wave.hosts.values()]);
  const done = progress.preflightEndedAt !== null;
  const ready = done ? hosts.length : hosts.filter((state) => state === 'ready').length;
  const took = formatDuration(Math.max(0, (progress.preflightEndedAt ?? now) - progress.submittedAt));
  const state = terminal.paint(done ? 'green' : 'dim', (done ? 'passed' : 'proving').padEnd(8));
  return row(
    'preflight',
    `${ready} of ${hosts.length} hosts`.padEnd(16 + 1 + FEW),
    `${state} ${took.padStart(6)}`,
  );
}

/** Writes each line for good once it can no longer change, and shows the one that is changing. */
function createDrawing(terminal: Terminal, progress: Progress): (now: number) => void {
  let preflightWritten = false;
  const unwritten = [...progress.waves];
  return (now) => {
    if (!preflightWritten && progress.preflightEndedAt === null)
      return terminal.live(preflightLine(terminal, progress, now));
    if (!preflightWritten) terminal.line(preflightLine(terminal, progress, now));
    preflightWritten = true;
    while (unwritten[0] !== undefined && unwritten[0].endedAt !== null) {
      const wave = unwritten.shift() as WaveProgress;
      if (wave.state !== 'skipped') terminal.line(waveLine(terminal, wave, now));
    }
    const current = unwritten.find(({ startedAt }) => startedAt !== null);
    if (current !== undefined) terminal.live(waveLine(terminal, current, now));
  };
}

/** The events of a rollout; a connection that ends is opened again, and tells them from the first on. */
async function* everyEvent(api: Api, id: string, signal: AbortSignal): AsyncGenerator<RolloutEvent> {
  for (; ; await sleep(200)) {
    signal.throwIfAborted();
    try {
      yield* api.events(id, signal);
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }
}

/**
 * Follows a rollout on the terminal until there is no more to come.
 * @throws when `signal` aborts first.
 */
export async function watch(
  api: Api,
  rollout: Rollout,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Progress> {
  const progress = startOf(rollout);
  const draw = createDrawing(terminal, progress);
  const ticking = setInterval(() => draw(Date.now()), 100);
  const connection = new AbortController();
  try {
    for await (const event of everyEvent(api, rollout.id, AbortSignal.any([signal, connection.signal]))) {
      record(progress, event);
      if (isOver(progress)) break;
    }
  } finally {
    clearInterval(ticking);
    connection.abort();
    draw(Date.now());
  }
  return progress;
}
