import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration, type Page } from '@breakwater/shared';
import { type Api, createApi, type Rollout } from './api.ts';
import { ADDRESSES_AFTER, ASKED_NAME, badChange, type Change, goodChange } from './changes.ts';
import { ask, lookAtAll, type Sighting, same } from './evidence.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import type { Progress } from './progress.ts';
import { type Terminal, wrap } from './terminal.ts';
import { watch } from './watch.ts';

/** Longer than either rollout takes on a slow machine; after it, the story has not gone as promised. */
const PATIENCE_MS = 120_000;

interface Stage {
  fleet: Fleet;
  api: Api;
  terminal: Terminal;
  signal: AbortSignal;
}

/** How the story ended. */
export interface Ending {
  /** Whether everything went as promised, each point proved. */
  proved: boolean;
  /** The rollout that halted, and waits for a person. */
  halted: string | null;
}

/** Writes whether a promise was kept. @returns the same, for the sum of it. */
function point({ terminal }: Stage, kept: boolean, text: string): boolean {
  const mark = kept ? terminal.paint('green', '✔') : terminal.paint('red', '✘');
  const [first = '', ...rest] = wrap(text, terminal.width - 5);
  terminal.line(`   ${mark} ${first}`);
  for (const more of rest) terminal.line(`     ${more}`);
  return kept;
}

async function rollOut(stage: Stage, number: number, kind: string, change: Change) {
  const { api, terminal, signal } = stage;
  const rollout = await api.submit(change);
  terminal.line();
  terminal.line(
    `${terminal.paint('bold', `${number}  ${kind}: ${change.title}`)}  ${terminal.paint('dim', rollout.id)}`,
  );
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const progress = await watch(api, rollout, terminal, limit);
  return { id: rollout.id, progress };
}

async function tellGood(stage: Stage): Promise<boolean> {
  const { id, progress } = await rollOut(stage, 1, 'A good change', goodChange);
  const { hosts } = stage.fleet;
  const took = formatDuration((progress.endedAt ?? 0) - progress.submittedAt);
  const answers = await Promise.all(hosts.map((host) => ask(host, ASKED_NAME)));
  const right = answers.filter((answer) => same(answer, ADDRESSES_AFTER)).length;
  const reason = progress.verdict === null ? '' : `: ${progress.verdict.reason}`;
  return [
    progress.state === 'succeeded'
      ? point(stage, true, `succeeded after ${took}, one small wave after another`)
      : point(stage, false, `${id} is ${progress.state}${reason}`),
    point(
      stage,
      right === hosts.length,
      `${right} of ${hosts.length} hosts now answer ${ADDRESSES_AFTER.join(' and ')}`,
    ),
  ].every(Boolean);
}

/** The page about a rollout, as the person at the other end received it. */
async function pageAbout(stage: Stage, id: string): Promise<Page | null> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const pages = (await (await fetch(stage.fleet.pages, { signal: stage.signal })).json()) as Page[];
    const page = pages.find(({ rollout }) => rollout === id);
    if (page !== undefined) return page;
    await sleep(100);
  }
  return null;
}

function showPage({ terminal }: Stage, page: Page): void {
  const edge = terminal.paint('red', '┃');
  const paragraph = (text: string): void => {
    for (const line of wrap(text, terminal.width - 5)) terminal.line(`   ${edge} ${line}`);
  };
  paragraph(`${page.severity.toUpperCase()}: ${page.summary}`);
  paragraph(page.reason);
  paragraph(page.decide);
}

function durations(progress: Progress, canary: string, { detectedAt, haltedAt, pagedAt }: Rollout): string {
  const times = [detectedAt, haltedAt, pagedAt].map((at) => Date.parse(at ?? ''));
  const [detected, halted, paged] = times.map((time, index) => {
    const span = time - (times[index - 1] ?? progress.appliedAt.get(canary) ?? Number.NaN);
    return Number.isNaN(span) ? '?' : formatDuration(Math.max(0, span));
  });
  return `found out ${detected} after the canary began to apply it, halted ${halted} later, paged ${paged} later`;
}

async function proveTheCanary(
  stage: Stage,
  canary: FleetHost,
  was: Sighting,
  is: Sighting | undefined,
): Promise<boolean> {
  const answers = await ask(canary, ASKED_NAME);
  const kept = is?.generation === was.generation && same(answers, ADDRESSES_AFTER);
  const text = kept
    ? `${canary.id} put its old configuration back by itself, and answers ${answers.join(' and ')} again`
    : `${canary.id} links to ${is?.generation}, before it was ${was.generation}; it answers ${answers.join(' and ') || 'nothing'}`;
  return point(stage, kept, text);
}

function proveTheOthers(
  stage: Stage,
  canary: string,
  before: Map<string, Sighting>,
  after: Map<string, Sighting>,
): boolean {
  const others = [...before].filter(([id]) => id !== canary);
  const touched = others.filter(([id, was]) => {
    const is = after.get(id);
    return is?.generation !== was.generation || is.named !== was.named;
  });
  const text =
    touched.length === 0
      ? `the other ${others.length} hosts were never touched: the same files, the same processes as before`
      : `touched: ${touched.map(([id]) => id).join(', ')}`;
  return point(stage, touched.length === 0, text);
}

async function tellBad(stage: Stage): Promise<Ending> {
  const { api, fleet, terminal } = stage;
  const before = await lookAtAll(fleet.hosts);
  const { id, progress } = await rollOut(
    stage,
    2,
    'A bad change, which every check on the host itself passes',
    badChange,
  );
  const rollout = await api.rollout(id);
  const canary = fleet.hosts.find((host) => progress.waves[0]?.hosts.has(host.id));
  const was = canary && before.get(canary.id);
  if (canary === undefined || was === undefined) throw new Error(`${id} has no canary`);
  const page = await pageAbout(stage, id);
  const halted = progress.state === 'halted' && progress.appliedAt.has(canary.id);
  const { reason } = progress.verdict ?? { reason: 'no reason was given' };
  const points = [point(stage, halted, `${progress.state}: ${reason}`), page !== null];
  if (page === null) point(stage, false, 'nobody was paged');
  else {
    terminal.line(`   ${terminal.paint('dim', 'The page, as it arrived:')}`);
    showPage(stage, page);
  }
  const after = await lookAtAll(fleet.hosts);
  points.push(
    point(stage, rollout.pagedAt !== null, durations(progress, canary.id, rollout)),
    await proveTheCanary(stage, canary, was, after.get(canary.id)),
    proveTheOthers(stage, canary.id, before, after),
  );
  return { proved: points.every(Boolean), halted: id };
}

/**
 * Rolls a good change out and then a bad one, and shows what became of them.
 * @throws when `signal` aborts.
 */
export async function tell(fleet: Fleet, terminal: Terminal, signal: AbortSignal): Promise<Ending> {
  const stage: Stage = { fleet, api: createApi(fleet.api, fleet.token), terminal, signal };
  const good = await tellGood(stage);
  if (!good) return { proved: false, halted: null };
  return await tellBad(stage);
}
