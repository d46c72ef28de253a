import type { Lasting } from './disk-troubles.ts';
import type { Machine, World } from './interfaces.ts';

const EVERY_MS = 2500;
const CUT_MS = 20_000;
/** Longer than any lease. */
const CLOG_MS = 50_000;
/** After a death of the agent: its supervisor has not started another one yet. */
const SOON_MS = 50;

/** What is done to whoever comes to a step; `null` says that it lives on. */
type Act = (machine: Machine) => 'agent' | 'power' | null;
interface Moment {
  step: string;
  when: 'before' | 'after';
  act: Act;
}

const STEPS = ['record applying', 'switchTo', 'restart', 'record confirmed', 'record reverting'];
/** A moment that has not come for so long may never come. */
const MOST_LOOKS = 6;

/** In runs that are about nothing else: what would come too seldom by chance, at the moments in which it is worst. */
export class WorstMoments {
  #next: Moment | null = null;
  #looks = 0;
  readonly #world: World;
  readonly #lasting: Lasting;

  constructor(world: World, lasting: Lasting) {
    this.#world = world;
    this.#lasting = lasting;
  }

  start(): void {
    if (this.#world.settings.deadly) this.#goOn();
  }

  /** Nothing waits for its moment any more. */
  end(): void {
    this.#next = null;
  }

  /** @returns how the agent dies at this step; `null` when it does not. */
  atStep(machine: Machine, step: string, when: 'before' | 'after'): 'agent' | 'power' | null {
    const moment = this.#next;
    if (moment?.step !== step || moment.when !== when) return null;
    this.#next = null;
    return moment.act(machine);
  }

  #goOn(): void {
    const { random, timeline, machines } = this.#world;
    timeline.after(random.between(1, 2 * EVERY_MS), () => {
      if (this.#lasting.over) return;
      if (random.chance(0.05)) this.#killDaemon(random.pick(machines));
      this.#looks += 1;
      if (this.#next === null || this.#looks > MOST_LOOKS) this.#next = this.#choose();
      this.#goOn();
    });
  }

  #choose(): Moment {
    const { random } = this.#world;
    this.#looks = 0;
    const chance = random.next();
    if (chance < 0.15) return { step: 'record failed', when: 'before', act: (machine) => this.#cut(machine) };
    if (chance < 0.25) return { step: 'record ready', when: 'after', act: (machine) => this.#clog(machine) };
    const power = random.chance(0.3);
    const when = random.pick(['before', 'after'] as const);
    return { step: random.pick(STEPS), when, act: (machine) => (power ? 'power' : this.#kill(machine)) };
  }

  /** Now and then the daemon dies with its agent, and nobody is there to see what it starts on. */
  #kill(machine: Machine): 'agent' {
    const { random, timeline } = this.#world;
    if (random.chance(0.5)) timeline.after(SOON_MS, () => this.#killDaemon(machine));
    return 'agent';
  }

  #killDaemon(machine: Machine): void {
    this.#world.judge.disturbed(machine);
    machine.daemon.die();
  }

  #cut({ id }: Machine): null {
    const { network } = this.#world;
    const cut = { hosts: new Set<string>([id]), orchestrator: null, direction: 'both' as const };
    network.cuts = [...network.cuts, cut];
    this.#lasting.during(CUT_MS, 'cut both', () => {
      network.cuts = network.cuts.filter((other) => other !== cut);
    });
    return null;
  }

  #clog({ id }: Machine): null {
    const { network } = this.#world;
    network.clog(id, 'down');
    this.#lasting.during(CLOG_MS, 'link clogged', () => network.release());
    return null;
  }
}
