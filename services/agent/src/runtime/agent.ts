import { type Digest, type HostStatus, revisionOf } from '@breakwater/shared';
import type { Readings } from '../adapters/metrics/interface.ts';
import { decide } from '../core/decide.ts';
import { violations } from '../core/invariants.ts';
import type { Memory } from '../core/memory.ts';
import { consoleStatus, type ConsoleStatus } from '../core/console-status.ts';
import { healthOf, newsOf, statusOf } from '../core/status.ts';
import { spreadOf } from '../core/spread.ts';
import { type Level, NO_EVIDENCE, type World } from '../core/world.ts';
import type { ConsoleOrder, Outcome } from '../core/console.ts';
import { backoffMs } from './backoff.ts';
import { DriftWatch } from './drift-watch.ts';
import { Health } from './health.ts';
import { Operator } from './operator.ts';
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
  readonly #drift: DriftWatch;
  readonly #operator: Operator;
  readonly #orders: { order: ConsoleOrder; done: (outcome: Outcome) => void }[] = [];

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
    this.#world = {
      live: null,
      daemon,
      boot,
      evidence: NO_EVIDENCE,
      staged: null,
      spread: spreadOf(outside.view.host.id),
      restartAskedAt: null,
      reload: null,
    };
    const tools = {
      outside,
      recorder: this.#recorder,
      health: this.#health,
      stager: this.#stager,
      zones: this.#zones,
    };
    this.#performer = new Performer(tools);
    this.#drift = new DriftWatch(outside);
    this.#operator = new Operator({ ...tools, drift: this.#drift });
  }

  /** What the journal says, folded. */
  get memory(): Memory {
    return this.#recorder.memory;
  }

  /** What the host is like now. */
  status(): HostStatus {
    const world = { ...this.#world, evidence: this.#health.evidence };
    const now = this.#outside.clock.monotonic();
    const told = { drift: this.#drift.drift, unwritable: this.#outside.journal.unwritable ?? null };
    return statusOf(this.#recorder.memory, world, this.#zoneCount, now, told);
  }

  /** What a scrape of the metrics shows. */
  readings(): Readings {
    const { live, daemon } = this.#world;
    const { lastKnownGood, change } = this.#recorder.memory;
    const last = this.#health.evidence.rounds.at(-1);
    const drift = this.#drift.drift;
    return {
      live,
      lastKnownGood,
      phase: change?.phase ?? 'none',
      daemon: { running: daemon.process !== null, exits: daemon.exits },
      drifted: drift === null ? null : drift.kind !== 'none',
      roundAgeMs: last === undefined ? null : this.#outside.clock.monotonic() - last.endedAt,
    };
  }

  /** What a person on the host is shown: the daemon and the link as they are in this moment. @param agent the process that shows it, when that is a running agent */
  async consoleStatus(agent: { pid: number } | null): Promise<ConsoleStatus> {
    const seen = await this.#glance();
    const { clock, boot, view, journal } = this.#outside;
    const now = clock.monotonic();
    const world = { ...this.#world, ...seen, evidence: this.#health.evidence };
    const last = world.evidence.rounds.at(-1);
    return consoleStatus({
      ...world,
      host: view.host.id,
      root: view.host.root,
      agent,
      memory: this.#recorder.memory,
      records: journal.records(),
      journalDamage: journal.unwritable ?? journal.damage ?? null,
      health: healthOf(world, now, journal.unwritable ?? null),
      healthAgeMs: last === undefined ? null : now - last.endedAt,
      drift: this.#drift.drift,
      now: { at: now, boot },
    });
  }

  /**
   * Has an order from the console carried out between two steps of the loop, so that nothing happens beside it.
   * @returns what became of it; it never rejects.
   */
  operate(order: ConsoleOrder): Promise<Outcome> {
    return new Promise((done) => {
      this.#orders.push({ order, done });
      this.#wakeup.wake();
    });
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
      // Not before: until the link was looked at, it seems to lead nowhere.
      this.#checkInvariants('the journal, as it was read,');
    } catch (error) {
      this.#outside.log.error({ err: error }, 'the host could not be looked at');
    }
  }

  /** Looks at everything once, and changes nothing: for a person who asks while no agent runs. */
  async examine(): Promise<void> {
    await this.look();
    await this.#health.round({ purpose: 'idle', turn: 0, change: null }, this.#world);
    await this.#drift.look(this.memory, this.#world.live);
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
      if (waitMs > 0 && this.#orders.length === 0) await this.#wakeup.sleep(clock, waitMs, signal);
    }
  }

  /** One step. @returns how long nothing is to be done after it, in milliseconds. */
  async #turn(): Promise<number> {
    await this.#recorder.settle().catch((error: unknown) => {
      this.#outside.log.error({ err: error }, 'the journal still does not take what it is owed');
    });
    const next = this.#orders.shift();
    // Ahead of the look at the world, which a broken supervisor may keep from ever succeeding.
    if (next !== undefined) next.done(await this.#operator.carryOut(next.order));
    this.#world = await this.#observe();
    const step = decide(this.#recorder.memory, this.#world, this.#level, this.#outside.clock.monotonic());
    await this.#drift.lookIfDue(this.#recorder.memory, this.#world.live);
    if (step.do === 'wait') return step.forMs;
    this.#outside.log.debug({ step: step.do }, 'next step');
    await this.#performer.perform(step, this.#world);
    if (step.do === 'switchTo' && this.#world.absent) this.#drift.linkedBack();
    if (step.do === 'record') this.#checkInvariants('the agent');
    return 0;
  }

  /** An idle loop looks each 10 s, and a person who asks wants to know of now. Whoever cannot look knows what was. */
  async #glance(): Promise<Partial<Pick<World, 'live' | 'daemon'>>> {
    const { generations, supervisor } = this.#outside;
    const [live, daemon] = await Promise.allSettled([generations.live(), supervisor.observe()]);
    return {
      ...(live.status === 'fulfilled' && { live: live.value }),
      ...(daemon.status === 'fulfilled' && { daemon: daemon.value }),
    };
  }

  async #observe(): Promise<World> {
    const { generations, supervisor, boot } = this.#outside;
    const [live, daemon] = await Promise.all([generations.live(), supervisor.observe()]);
    const absent = live === null && (await generations.absent());
    if (live !== null && live !== this.#world.live) await this.#countZones(live);
    return {
      live,
      ...(absent && { absent: true as const }),
      daemon,
      boot,
      evidence: this.#health.evidence,
      staged: this.#stager.staged,
      spread: this.#world.spread,
      restartAskedAt: this.#performer.restartAskedAt,
      reload: await this.#performer.reload(),
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
