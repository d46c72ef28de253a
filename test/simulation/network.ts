import type { Random } from '../../services/agent/src/testing/random.ts';
import type { Timeline } from './timeline.ts';

export type Direction = 'up' | 'down';

/** How messages fare in this run. */
export interface NetworkTroubles {
  loss: number;
  duplicates: number;
  slowShare: number;
  slowMs: number;
}

/** Messages that do not pass: of some hosts, with one orchestrator or with all, one way or both. */
export interface Cut {
  hosts: ReadonlySet<string>;
  orchestrator: number | null;
  direction: Direction | 'both';
}

/** Carries messages between hosts and orchestrators: late, twice, in another order, or not at all. */
export class Network {
  cuts: readonly Cut[] = [];
  /** Called when something of note becomes of a message. */
  onFate: (fate: 'lost' | 'duplicated' | 'cut' | 'clogged') => void = () => undefined;
  troubles: NetworkTroubles;
  readonly #clogs = new Map<string, (() => void)[]>();
  readonly #timeline: Timeline;
  readonly #random: Random;

  constructor(timeline: Timeline, random: Random, troubles: NetworkTroubles) {
    this.#timeline = timeline;
    this.#random = random;
    this.troubles = troubles;
  }

  /** Whether a host is cut off from everybody. */
  isolates(host: string): boolean {
    return this.cuts.some(({ hosts, orchestrator }) => hosts.has(host) && orchestrator === null);
  }

  send(host: string, orchestrator: number, direction: Direction, deliver: () => void): void {
    const { loss, duplicates } = this.troubles;
    const cut = this.cuts.some(
      (each) =>
        each.hosts.has(host) &&
        (each.orchestrator ?? orchestrator) === orchestrator &&
        (each.direction === 'both' || each.direction === direction),
    );
    if (cut) return this.onFate('cut');
    if (loss > 0 && this.#random.chance(loss)) return this.onFate('lost');
    const clog = this.#clogs.get(`${host} ${direction}`);
    if (clog) {
      clog.push(deliver);
      return this.onFate('clogged');
    }
    this.#timeline.after(this.#delay(), deliver);
    if (duplicates === 0 || !this.#random.chance(duplicates)) return undefined;
    this.onFate('duplicated');
    this.#timeline.after(this.#delay() + 5, deliver);
    return undefined;
  }

  /** From now on messages of this host wait, one way, until `release`. */
  clog(host: string, direction: Direction): void {
    const name = `${host} ${direction}`;
    if (!this.#clogs.has(name)) this.#clogs.set(name, []);
  }

  /** Everything that waited arrives, long after it was sent. */
  release(): void {
    const stuck = [...this.#clogs.values()].flat();
    this.#clogs.clear();
    for (const deliver of stuck) this.#timeline.after(this.#delay(), deliver);
  }

  #delay(): number {
    const { slowShare, slowMs } = this.troubles;
    const slow = slowShare > 0 && this.#random.chance(slowShare);
    return slow ? this.#random.between(1, slowMs) : this.#random.between(1, 4);
  }
}
