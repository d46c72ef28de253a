import type { Digest } from '@breakwater/shared';
import { treeIn } from '../../services/agent/src/adapters/generations/layout.ts';
import { FILE, type FullHost, isFull, STORE } from './full-host.ts';
import type { Machine, World } from './interfaces.ts';

const EVERY_MS = 3000;
const A_PERSON_LOOKS_MS = 15_000;
/** Journal records that may pass until one is torn. */
const MOST_RECORDS = 12;

/** Whoever breaks something for a while, and mends it at the end. */
export interface Lasting {
  readonly over: boolean;
  during(ms: number, what: string, mend: () => void): void;
}

/** Waits until a host comes to a step. */
interface Aim {
  step: string;
  /** How often the step is let pass. */
  passes: number;
  act: (host: FullHost) => void;
}

/**
 * What disks do, on the hosts that have one: they are full, turn bits over, and leave half of what was being written when
 * the power went. Where in a change this happens is not left to chance.
 */
export class DiskTroubles {
  #aims: Aim[] = [];
  readonly #world: World;
  readonly #lasting: Lasting;

  constructor(world: World, lasting: Lasting) {
    this.#world = world;
    this.#lasting = lasting;
  }

  start(): void {
    const hosts = this.#world.machines.filter(isFull);
    if (hosts.length === 0) return;
    this.#goOn(hosts);
    this.#look(hosts);
  }

  /** Nothing waits for a step any more. */
  end(): void {
    this.#aims = [];
  }

  atStep(machine: Machine, step: string): void {
    if (!isFull(machine)) return;
    const aim = this.#aims.find((each) => each.step === step);
    if (!aim) return;
    aim.passes -= 1;
    if (aim.passes >= 0) return;
    this.#aims = this.#aims.filter((each) => each !== aim);
    aim.act(machine);
  }

  #goOn(hosts: readonly FullHost[]): void {
    const { random, timeline } = this.#world;
    timeline.after(random.between(1, 2 * EVERY_MS), () => {
      if (this.#lasting.over) return;
      const aim = random.pick(this.#kinds());
      const host = random.pick(hosts);
      if (random.chance(0.1)) this.#flip(host, 'a live file', host.live);
      else if (!this.#aims.some(({ step }) => step === aim.step)) this.#aims.push(aim);
      this.#goOn(hosts);
    });
  }

  #kinds(): Aim[] {
    const { random } = this.#world;
    const full = (host: FullHost): void => this.#fill(host);
    const live = (host: FullHost): void => this.#flip(host, 'a live file', host.live);
    const staged = (host: FullHost): void =>
      this.#flip(host, 'a staged file', host.agent?.memory.change?.assignment.bundle);
    const tear = (host: FullHost): void => host.cutPower();
    return [
      { step: 'stage', passes: 0, act: full },
      { step: 'record applying', passes: 0, act: full },
      { step: 'switchTo', passes: 0, act: full },
      { step: 'record reverting', passes: 0, act: full },
      { step: 'record reverting', passes: 0, act: full },
      { step: 'record soaking', passes: 0, act: live },
      { step: 'record soaking', passes: 0, act: live },
      { step: 'record confirmed', passes: 0, act: live },
      { step: 'record confirmed', passes: 0, act: live },
      { step: 'record ready', passes: 0, act: staged },
      { step: 'written', passes: random.between(0, MOST_RECORDS), act: tear },
    ];
  }

  #fill(host: FullHost): void {
    host.disk.fill();
    const ms = this.#world.random.pick([6000, 20_000]);
    this.#lasting.during(ms, 'disk full', () => {
      host.disk.blocks = null;
    });
  }

  #flip(host: FullHost, what: string, generation: Digest | undefined): void {
    const path = generation === undefined ? null : `${treeIn(STORE, generation)}/${FILE}`;
    if (path === null || host.disk.peek(path) === null) return;
    host.disk.flip(path, this.#world.random.next);
    this.#world.count(`a bit flipped in ${what}`);
    this.#world.note(`${host.id} a bit flips in ${what}`);
  }

  /** People have put right what a host says that somebody changed; now and then, and also when nothing else goes wrong. */
  #look(hosts: readonly FullHost[]): void {
    this.#world.timeline.after(A_PERSON_LOOKS_MS, () => {
      for (const host of hosts) host.repairIfDrifted();
      this.#look(hosts);
    });
  }
}
