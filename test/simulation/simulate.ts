import { end } from './ending.ts';
import type { Wiring } from './interfaces.ts';
import { Operators } from './operators.ts';
import { Troubles } from './troubles.ts';
import { SimulatedWorld } from './world.ts';

/** What came of one run. */
export interface Outcome {
  seed: number;
  /** Promises that were broken, each with the moment. */
  faults: readonly string[];
  /** How often each situation was seen. */
  reached: ReadonlyMap<string, number>;
  /** What happened; the same seed and code give the same. */
  notes: readonly string[];
  hosts: number;
  simulatedMs: number;
  events: number;
}

const WARM_UP_MS = 3000;

/** Plays one seed from the start of everything to its end. @param hosts how many, whatever the seed says */
export async function simulate(seed: number, wiring: Wiring = {}, hosts?: number): Promise<Outcome> {
  const world = new SimulatedWorld(seed, wiring, hosts);
  const troubles = new Troubles(world);
  const operators = new Operators(world);
  world.hazards = troubles;
  const { timeline, settings } = world;
  const tick = (): void => world.judge.tick();
  const newcomer = settings.joinsAt === null ? null : world.machines.at(-1);
  for (const machine of world.machines) if (machine !== newcomer) machine.start();
  for (const site of world.sites) site.start();
  await timeline.run(WARM_UP_MS, tick);
  if (newcomer && settings.joinsAt !== null) timeline.after(settings.joinsAt, () => world.join(newcomer));
  operators.start();
  troubles.start();
  await timeline.run(WARM_UP_MS + settings.lastsMs, tick);
  if (world.faults.length === 0) await end(world, troubles, operators);
  for (const site of world.sites) site.orchestrator?.kill();
  const { faults, reached, notes } = world;
  const simulatedMs = timeline.now;
  return { seed, faults, reached, notes, hosts: settings.hosts, simulatedMs, events: timeline.events };
}
