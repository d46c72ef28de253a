import { type Digest, type HostStatus, revisionOf } from '@breakwater/shared';
import { decide } from '../core/decide.ts';
import { violations } from '../core/invariants.ts';
import type { Memory } from '../core/memory.ts';
import { newsOf, statusOf } from '../core/status.ts';
import { type Level, NO_EVIDENCE, type World } from '../core/world.ts';
import { backoffMs } from './backoff.ts';
import { Health } from './health.ts';
import type { Outside } from './outside.ts';
import { Performer } from './perform.ts';
import { Recorder } from './recorder.ts';
import { Stager } from './stager.ts';
import { Wakeup } from './wakeup.ts';
import { Zones } from './zones.ts';

/**
 * The loop around the core: look at the world, decide, do one thing, again. There is no other start than this
 * loop's first turn, so that starting after a crash is what it does all day.
 */
export class Agent {
  /** What was seen last; before the first look, that nothing is known. */
  #world: World;
  #level: Level | null = null;
  #zoneCount = 0;
  readonly #wakeup = new Wakeup();
  readonly #outside: Outside;
  readonly #onNews: () => void;
  readonly #recorder: Recorder;
  readonly #zones: Zones;
  readonly #health: Health;
  readonly #stager: Stager;
  readonly #performer: Performer;

  /** @param onNews called when there is something new that the orchestrator may have to hear of */
  constructor(outside: Outside, onNews: () => void) {
    this.#outside = outside;
    this.#onNews = onNews;
    this.#recorder = new Recorder(outside, onNews);
    this.#zones = new Zones(outside);
    this.#health = new Health(outside, this.#zones);
    this.#stager = new Stager(outside);
    const { boot } = outside;
    const daemon = { process: null, exits: 0, lastExit: null };
    this.#world = { live: null, daemon, boot, evidence: NO_EVIDENCE, staged: null, restartAskedAt: null };
    const tools = {
      outside,
      recorder: this.#recorder,
      health: this.#health,
      stager: this.#stager,
      zones: this.#zones,
    };
    this.#performer = new Performer(tools);
    this.#checkInvariants('the journal, as it was read,');
  }

  /** What the journal says, folded. */
  get memory(): Memory {
    return this.#recorder.memory;
  }

  /** What the host is like now. */
  status(): HostStatus {
    const world = { ...this.#world, evidence: this.#health.evidence };
    return statusOf(this.#recorder.memory, world, this.#zoneCount, this.#outside.clock.monotonic());
  }

  /** Takes what the orchestrator said last. */
  follow(level: Level): void {
    const before = this.#level;
    this.#level = level;
    const changed = revisionOf(before?.assignment ?? null) !== revisionOf(level.assignment);
    // A grant that had run out is one again: whoever waits for it should not sleep on.
    const renewed = before !== null && this.#outside.clock.monotonic() > before.validUntil;
    if (changed || renewed) this.#wakeup.wake();
  }

  /** Looks once, so that the first message to the orchestrator does not call the host unknown. */
  async look(): Promise<void> {
    try {
      this.#world = await this.#observe();
    } catch (error) {
      this.#outside.log.error({ err: error }, 'the host could not be looked at');
    }
  }

  /** Goes on until `signal` aborts. Nothing is undone then: the journal has everything that the next start needs. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#outside;
    let failures = 0;
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        const before = newsOf(this.status());
        waitMs = await this.#turn();
        if (newsOf(this.status()) !== before) this.#onNews();
        failures = 0;
      } catch (error) {
        failures += 1;
        waitMs = backoffMs(failures, random);
        log.error({ err: error, failures, waitMs }, 'a step failed; deciding again from what is true then');
      }
      if (waitMs > 0) await this.#wakeup.sleep(clock, waitMs, signal);
    }
  }

  /** One step. @returns how long nothing is to be done after it, in milliseconds. */
  async #turn(): Promise<number> {
    await this.#recorder.settle().catch((error: unknown) => {
      this.#outside.log.error({ err: error }, 'the journal still does not take what it is owed');
    });
    this.#world = await this.#observe();
    const step = decide(this.#recorder.memory, this.#world, this.#level, this.#outside.clock.monotonic());
    if (step.do === 'wait') return step.forMs;
    this.#outside.log.debug({ step: step.do }, 'next step');
    await this.#performer.perform(step, this.#world);
    if (step.do === 'record') this.#checkInvariants('the agent');
    return 0;
  }

  async #observe(): Promise<World> {
    const { generations, supervisor, boot } = this.#outside;
    const [live, daemon] = await Promise.all([generations.live(), supervisor.observe()]);
    if (live !== null && live !== this.#world.live) await this.#countZones(live);
    return {
      live,
      daemon,
      boot,
      evidence: this.#health.evidence,
      staged: this.#stager.staged,
      restartAskedAt: this.#performer.restartAskedAt,
    };
  }

  /** For people to look at only, so a checker that cannot run now must not keep the agent from deciding. */
  async #countZones(live: Digest): Promise<void> {
    try {
      this.#zoneCount = (await this.#zones.of(live)).length;
    } catch (error) {
      this.#outside.log.warn({ err: error }, 'the zones of the live configuration could not be listed');
    }
  }

  #checkInvariants(who: string): void {
    for (const violation of violations(this.#recorder.memory, this.#world)) {
      this.#outside.log.error({ violation }, `${who} broke an invariant`);
    }
  }
}
