import { type Assignment, type Digest, fail, pending, type Verdict } from '@breakwater/shared';
import type { JournalEntry } from '../core/journal-entry.ts';
import { isOwnZone } from '../core/judge-baseline.ts';
import { alsoRehearsed } from '../core/judge-rehearsal.ts';
import { keptGenerations } from '../core/retention.ts';
import type { NextStep } from '../core/situation.ts';
import type { Reload, World } from '../core/world.ts';
import type { Health } from './health.ts';
import type { Outside } from './outside.ts';
import { prove, wayBack } from './prove.ts';
import type { Recorder } from './recorder.ts';
import { rehearse } from './rehearse.ts';
import type { Stager } from './stager.ts';
import type { Zones } from './zones.ts';

/** What the performer works with. */
export interface Tools {
  outside: Outside;
  recorder: Recorder;
  health: Health;
  stager: Stager;
  zones: Zones;
}

type Act = Exclude<NextStep, { do: 'wait' }>;

/** Carries steps out. It decides nothing: whatever happens, the next decision sees it in journal and world. */
export class Performer {
  #restartAskedAt: number | null = null;
  #reloadAskedAt: number | null = null;
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** When a restart was last asked for, by this process. */
  get restartAskedAt(): number | null {
    return this.#restartAskedAt;
  }

  /** What came of the reload that was last asked for by this process; `null` when a restart followed, or none was. */
  async reload(): Promise<Reload | null> {
    const askedAt = this.#reloadAskedAt;
    if (askedAt === null) return null;
    // Not being able to read a log must not keep a host from going back.
    const unread = (error: unknown): Verdict =>
      pending('reload_unread', `What the daemon said of the reload cannot be read: ${String(error)}`);
    return { askedAt, verdict: await this.#tools.outside.supervisor.reloaded().catch(unread) };
  }

  /** @throws whatever an adapter throws; the act may then have happened wholly, in part or not at all. */
  async perform(step: Act, world: World): Promise<void> {
    const { outside, recorder, health } = this.#tools;
    switch (step.do) {
      case 'adopt':
        return recorder.record({ type: 'adopted', generation: await outside.generations.adopt() });
      case 'stage':
        return this.#stage(step.assignment);
      case 'prove':
        return this.#prove(step.assignment);
      case 'takeBaseline':
        return this.#takeBaseline(step.assignment, step.previous);
      case 'record':
        return this.#record(step.entry, world);
      case 'switchTo':
        return outside.generations.switchTo(step.generation);
      case 'restart':
        return this.#restart();
      case 'reload':
        return this.#reload(step.generation);
      case 'check':
        return health.round({ ...step, change: recorder.memory.change }, world);
      default:
        return step satisfies never;
    }
  }

  async #stage(assignment: Assignment): Promise<void> {
    const verdict = await this.#tools.stager.stage(assignment);
    if (verdict !== null)
      await this.#tools.recorder.record({ type: 'rejected', epoch: assignment.epoch, verdict });
  }

  async #prove(assignment: Assignment): Promise<void> {
    const { outside, recorder } = this.#tools;
    const { lastKnownGood } = recorder.memory;
    const proved = await prove(outside, assignment, lastKnownGood);
    const verdict =
      proved.verdict !== 'pass' || lastKnownGood === null
        ? proved
        : alsoRehearsed(proved, await rehearse(outside, this.#tools, assignment, lastKnownGood));
    const type = verdict.verdict === 'pass' ? 'ready' : 'rejected';
    await recorder.record({ type, epoch: assignment.epoch, verdict });
  }

  /** The last look before the point of no return; what it finds wrong keeps the host as it is. */
  async #takeBaseline({ bundle, epoch }: Assignment, previous: Digest): Promise<void> {
    const { outside, zones, health, recorder } = this.#tools;
    const fault = await this.#notFitToApply(bundle, previous);
    if (fault !== null) return recorder.record({ type: 'rejected', epoch, verdict: fault });
    const own = (await zones.of(previous)).filter(isOwnZone);
    const baseline = await health.baseline(own);
    const { process } = await outside.supervisor.observe();
    if (baseline.length === 0 && own.length > 0)
      return recorder.record({
        type: 'rejected',
        epoch,
        verdict: nothingAnswers(own.length, process !== null),
      });
    return recorder.record({ type: 'applying', epoch, previous, baseline, process });
  }

  async #notFitToApply(bundle: Digest, previous: Digest): Promise<Verdict | null> {
    const { generations } = this.#tools.outside;
    if (!(await generations.intact(bundle))) {
      return fail('staged_tree_damaged', 'The staged tree is not what was proved.');
    }
    return wayBack(generations, await generations.live(), previous);
  }

  async #record(entry: JournalEntry, world: World): Promise<void> {
    const { recorder } = this.#tools;
    await recorder.record(entry.type === 'failed' ? await this.#withLastWords(entry) : entry);
    if (entry.type === 'confirmed') this.#reloadAskedAt = null; // kept: the log is not followed any longer
    if (entry.type === 'confirmed' || entry.type === 'reverted') await this.#prune(world);
  }

  /** A person who reads why a daemon ended wants its own words first. Not having them must not stop a revert. */
  async #withLastWords(entry: Extract<JournalEntry, { type: 'failed' }>): Promise<JournalEntry> {
    const { verdict } = entry;
    if (!verdict.code.startsWith('daemon_')) return entry;
    const words = await this.#tools.outside.supervisor.lastWords().catch(() => '');
    const last = words
      .trim()
      .replaceAll(/\s*\n\s*/g, ' | ')
      .slice(-LAST_WORDS);
    return last === ''
      ? entry
      : { ...entry, verdict: { ...verdict, reason: `${verdict.reason} Its log: ${last}` } };
  }

  async #restart(): Promise<void> {
    const { clock, supervisor } = this.#tools.outside;
    this.#restartAskedAt = clock.monotonic();
    this.#reloadAskedAt = null;
    try {
      await supervisor.restart();
    } catch (error) {
      // Not taken, as far as one can tell; the world says whether a new process runs after all.
      this.#restartAskedAt = null;
      throw error;
    }
  }

  async #reload(generation: Digest): Promise<void> {
    const { clock, supervisor, generations } = this.#tools.outside;
    const askedAt = clock.monotonic();
    await supervisor.reload(generations.pathOf(generation));
    this.#reloadAskedAt = askedAt;
  }

  /** Frees the disk when a change has come to its end. What is not freed now is freed after the next one. */
  async #prune(world: World): Promise<void> {
    const { outside, recorder } = this.#tools;
    // After a crash the journal on disk would lead back to a generation that only this memory has given up.
    if (!recorder.settled) return;
    try {
      await outside.generations.prune(keptGenerations(recorder.memory, world.live));
    } catch (error) {
      outside.log.warn({ err: error }, 'old generations could not be removed');
    }
  }
}

const LAST_WORDS = 800;

/** Without one old answer nobody could tell a change that breaks the host from one that does not. */
function nothingAnswers(zones: number, runs: boolean): Verdict {
  const state = runs ? 'The daemon runs and answers none' : 'The daemon does not run and answers none';
  return fail(
    'daemon_not_healthy',
    `${state} of its ${zones} zones, so that nobody could tell what the change breaks; nothing was touched. On the host, read the daemon's log, run \`breakwater-agent restart\` or \`breakwater-agent repair\`, then retry.`,
  );
}
