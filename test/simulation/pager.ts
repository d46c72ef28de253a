import type { Page } from '@breakwater/shared';
import type { Pager } from '../../services/orchestrator/src/adapters/pagers/interface.ts';
import type { World } from './interfaces.ts';

/** Somebody who can be woken: what was taken, and how often. */
export class SimulatedPager implements Pager {
  readonly name = 'simulated';
  readonly resolves = true;
  down = false;
  /** It takes pages, and its answer is lost. */
  deaf = false;
  readonly taken = new Map<string, { dedupKey: string; times: number }>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async send(page: Page): Promise<void> {
    await this.#pass(20);
    if (this.down) throw new Error('503');
    const known = this.taken.get(page.id);
    if (known && known.dedupKey !== page.dedupKey)
      this.#world.fault('S18', `page ${page.id} came twice under different keys`);
    this.taken.set(page.id, { dedupKey: page.dedupKey, times: (known?.times ?? 0) + 1 });
    if (known) this.#world.count('page delivered twice');
    this.#world.note(`page ${page.id} taken (${page.dedupKey})`);
    if (!this.deaf) return;
    await this.#pass(2000);
    throw new Error('the answer was lost');
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.timeline.after(ms, resolve));
  }
}
