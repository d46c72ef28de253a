import { type Assignment, type Digest, RolloutId, sleep, type Verdict } from '@breakwater/shared';
import type { Baseline, Zone } from '../core/baseline.ts';
import type { Outcome } from '../core/console.ts';
import { type DaemonState, type ProcessId, sameProcess } from '../core/daemon.ts';
import { isOwnZone, isPrimary } from '../core/judge-baseline.ts';
import type { Change } from '../core/memory.ts';
import { BOUNDS, PACE } from '../core/pace.ts';
import { NO_EVIDENCE, type World } from '../core/world.ts';
import type { OperatorTools } from './operator-tools.ts';

/** How long a restart from the console may take to show a new process, and then answers. */
const ANSWER_WITHIN_MS = 30_000;

/** How many rounds in a row have to find wrong answers until it is certain that no later one finds right ones. */
const CERTAIN_AFTER = 3;

/** Restarts the daemon while no change is under way. */
export class Restarter {
  readonly #tools: Pick<OperatorTools, 'outside' | 'recorder' | 'health' | 'zones'>;

  constructor(tools: Pick<OperatorTools, 'outside' | 'recorder' | 'health' | 'zones'>) {
    this.#tools = tools;
  }

  /**
   * Has the daemon restarted on a generation that nobody is changing, and proves its answers.
   * @param onOthers whether the daemon has read other files until now: then its serials may go back
   */
  async restart(generation: Digest, { onOthers } = { onOthers: false }): Promise<Outcome> {
    const { outside, recorder } = this.#tools;
    const found = await this.#expectedOf(generation);
    const expected = onOthers ? found.map((each) => ({ ...each, serial: null })) : found;
    const before = await outside.supervisor.observe();
    await outside.supervisor.restart();
    const daemon = await this.#newProcess(before.process);
    if (daemon?.process == null) {
      const words = await outside.supervisor.lastWords().catch(() => '');
      return unhealthy(`The supervisor shows no new process. ${said(words)}`);
    }
    await recorder.record({ type: 'restarted', process: daemon.process });
    const verdict = await this.#proof(generation, expected, daemon);
    if (verdict.verdict === 'pass') {
      const served = new Set(expected.map(({ zone }) => zone)).size;
      return {
        result: 'done',
        text: `The daemon was restarted (process ${daemon.process.pid}) and answers${served === 0 ? '' : `: ${served} zones`}.`,
      };
    }
    const words = await outside.supervisor.lastWords().catch(() => '');
    return unhealthy(
      `The daemon was restarted (process ${daemon.process.pid}), but: ${verdict.reason} ${said(words)}`,
    );
  }

  /** What it must answer: every zone that it answers now, and every primary zone, whose data it has itself. */
  async #expectedOf(generation: Digest): Promise<Baseline> {
    const { health, zones } = this.#tools;
    const configured = await zones.of(generation).catch((): readonly Zone[] => []);
    const answered = await health.baseline(configured.filter(isOwnZone));
    const known = new Set(answered.map(({ zone }) => zone));
    const silent = configured.filter((zone) => isPrimary(zone) && !known.has(zone.name));
    return [
      ...answered,
      ...silent.map(
        ({ name }) => ({ zone: name, transport: 'udp', rcode: 'NOERROR', aa: true, serial: null }) as const,
      ),
    ];
  }

  async #newProcess(old: ProcessId | null): Promise<DaemonState | null> {
    const { supervisor, clock } = this.#tools.outside;
    const deadline = clock.monotonic() + BOUNDS.stop + ANSWER_WITHIN_MS;
    while (clock.monotonic() < deadline) {
      const daemon = await supervisor.observe();
      if (daemon.process !== null && !sameProcess(daemon.process, old)) return daemon;
      await sleep(clock, PACE.fast);
    }
    return null;
  }

  async #proof(generation: Digest, expected: Baseline, started: DaemonState): Promise<Verdict> {
    const { health, outside } = this.#tools;
    const deadline = outside.clock.monotonic() + ANSWER_WITHIN_MS;
    let wrong = 0;
    for (let turn = 0; ; turn += 1) {
      const daemon = await outside.supervisor.observe();
      const world = worldOf(generation, daemon, outside.boot);
      await health.round({ purpose: 'revert', turn, change: asChange(generation, expected, world) }, world);
      const round = health.evidence.rounds.at(-1);
      const verdict = round?.verdict ?? {
        verdict: 'noData',
        code: 'not_checked',
        reason: 'Nothing was asked.',
      };
      if (verdict.verdict === 'pass') return verdict;
      const ended = daemon.exits > started.exits;
      // Whoever answers wrongly has loaded what it answers from: that is no matter of time any more.
      wrong = verdict.verdict === 'fail' ? wrong + 1 : 0;
      if (ended || wrong >= CERTAIN_AFTER || outside.clock.monotonic() > deadline) return verdict;
      await sleep(outside.clock, PACE.verifying);
    }
  }
}

function worldOf(live: Digest, daemon: DaemonState, boot: string): World {
  return {
    live,
    daemon,
    boot,
    evidence: NO_EVIDENCE,
    staged: null,
    spread: 0,
    restartAskedAt: null,
    reload: null,
  };
}

/** A restart on what is live, in the form of the way back to it: asked for is what was answered before. */
function asChange(generation: Digest, baseline: Baseline, { boot }: World): Change {
  const since = { at: 0, boot };
  const times = { soakMs: 0, confirmWithinMs: 0, verifyWithinMs: ANSWER_WITHIN_MS };
  const assignment: Assignment = {
    epoch: 1,
    rollout: RolloutId.parse('r-1'),
    bundle: generation,
    step: 'revert',
    checks: [],
    expect: { noChange: true, zonesRemoved: [] },
    action: 'restart',
    failAfter: 1,
    ...times,
  };
  return {
    assignment,
    phase: 'reverting',
    since,
    swap: { previous: generation, baseline, ...since },
    restart: null,
    process: null,
    cause: null,
    unhealthy: null,
  };
}

function said(words: string): string {
  return words === '' ? 'Its log says nothing about it.' : `Its log: ${words.replaceAll(/\s*\n\s*/g, ' | ')}`;
}

const unhealthy = (text: string): Outcome => ({ result: 'unhealthy', text });
