import type { Hazards, Machine, Site, World } from './interfaces.ts';
import { MOODS, MUTE } from './behaviour.ts';
import { DiskTroubles } from './disk-troubles.ts';
import { WorstMoments } from './worst-moments.ts';
import type { Direction } from './network.ts';
import type { Orchestrator } from './orchestrator.ts';

const HOUR_MS = 3_600_000;
const METRICS_EVERY_MS = 20_000;

/** Everything that goes wrong: by chance at any step, and as events of their own, each as often as this run has it. */
export class Troubles implements Hazards {
  over = false;
  /** Kinds of trouble with how often each comes; filled from `KINDS`. */
  readonly #rates: readonly Kind[];
  /** The next agent that comes to this step dies there. */
  #armed: { step: string; when: 'before' | 'after'; power: boolean } | null = null;
  readonly #mends = new Set<() => void>();
  readonly #disks: DiskTroubles;
  readonly #worst: WorstMoments;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.#disks = new DiskTroubles(world, this);
    this.#worst = new WorstMoments(world, this);
    this.#rates = Object.values(KINDS).flatMap((kind) =>
      Array.from({ length: world.random.pick([0, 0, 1, 3]) }, () => kind),
    );
  }

  start(): void {
    // What gates ask has to fail them often enough to tell them from none.
    if (this.#world.settings.gates !== 'none') this.#measureWrongly();
    this.#goOn();
    this.#disks.start();
    this.#worst.start();
  }

  #measureWrongly(): void {
    const { random, timeline } = this.#world;
    timeline.after(random.between(1, METRICS_EVERY_MS), () => {
      if (this.over) return;
      metricsFail(this, this.#world);
      this.#measureWrongly();
    });
  }

  #goOn(): void {
    const { random, settings, timeline } = this.#world;
    if (!Number.isFinite(settings.troubleEveryMs)) return;
    timeline.after(random.between(1, 2 * settings.troubleEveryMs), () => {
      if (this.over) return;
      if (this.#rates.length > 0) random.pick(this.#rates)(this, this.#world);
      this.#goOn();
    });
  }

  /** Faults stop; what was broken is mended. */
  end(): void {
    this.over = true;
    this.#armed = null;
    this.#disks.end();
    this.#worst.end();
    for (const mend of this.#mends) mend();
    this.#mends.clear();
  }

  /** What happens around a step of an agent. */
  atStep(machine: Machine, step: string, when: 'before' | 'after'): void {
    const { random, settings } = this.#world;
    this.#disks.atStep(machine, step);
    if (step === 'written') return;
    const worst = this.#worst.atStep(machine, step, when);
    if (worst !== null) return this.#dies(machine, `${when} ${step}`, worst === 'power');
    const armed = this.#armed?.step === step && this.#armed.when === when ? this.#armed : null;
    // Most steps are rounds of checks, and there is nothing special about dying in one.
    const rate = step === 'check' ? settings.agentDeaths / 20 : settings.agentDeaths;
    const dies = !this.over && rate > 0 && random.chance(rate);
    if (!armed && !dies) return;
    this.#armed = null;
    this.#dies(machine, `${when} ${step}`, armed?.power ?? random.chance(0.2));
  }

  #dies(machine: Machine, where: string, power: boolean): void {
    this.#world.count(`${power ? 'power cut' : 'agent killed'} ${where}`);
    this.#world.note(`${machine.id} ${power ? 'loses power' : 'agent dies'} ${where}`);
    if (power) machine.cutPower();
    else machine.killAgent(this.#world.random.pick([200, 1000, 10_000]));
  }

  /** What happens around a call of an orchestrator's store. */
  atCall(site: Site, name: string, when: 'before' | 'after'): void {
    const { random, settings } = this.#world;
    if (this.over || settings.orchestratorDeaths === 0) return;
    const weight = name === 'commit' ? 5 : 1;
    if (!random.chance(settings.orchestratorDeaths * weight)) return;
    this.#world.count(`orchestrator killed ${when} ${name}`);
    site.kill(random.pick([1000, 5000, 20_000]));
  }

  arm(power: boolean): void {
    const { random } = this.#world;
    this.#armed = { step: random.pick(AIMED_AT), when: random.pick(['before', 'after'] as const), power };
  }

  /** Breaks something for a while. */
  during(ms: number, what: string, mend: () => void): void {
    const once = (): void => {
      if (this.#mends.delete(once)) mend();
    };
    this.#mends.add(once);
    this.#world.count(what);
    this.#world.note(`${what} for ${ms} ms`);
    this.#world.timeline.after(ms, once);
  }
}

/** Steps in which an agent dies on purpose: each intent, its act, and each outcome. */
const AIMED_AT = [
  ...['applying', 'restarting', 'verifying', 'soaking', 'soaked', 'confirmed'].map(
    (type) => `record ${type}`,
  ),
  ...['failed', 'reverting', 'reverting', 'reverted'].map((type) => `record ${type}`),
  'switchTo',
  'restart',
  'reload',
];

type Kind = (troubles: Troubles, world: World) => void;

function running(world: World): Orchestrator[] {
  return world.orchestrators.filter((each) => each !== null);
}

/** Some of the hosts: one, those of a datacenter, or all. */
function someHosts({ random, machines }: World): Set<string> {
  const one = random.pick(machines);
  const which = random.pick(['one', 'one', 'datacenter', 'all'] as const);
  const picked = machines.filter(
    (machine) =>
      which === 'all' ||
      machine === one ||
      (which === 'datacenter' && machine.place.datacenter === one.place.datacenter),
  );
  return new Set(picked.map((machine) => machine.id));
}

function damageDaemon(
  change: (machine: Machine) => () => void,
  what: string,
  ms: (world: World) => number,
): Kind {
  return (troubles, world) => {
    const machine = world.random.pick(world.machines);
    const mend = change(machine);
    const touched = (): void => {
      world.judge.disturbed(machine);
      world.judge.changed(machine);
    };
    touched();
    troubles.during(ms(world), what, () => {
      mend();
      touched();
    });
  };
}

const aWhile = ({ random }: World): number => random.pick([2000, 6000, 20_000, 45_000]);

const metricsFail: Kind = (troubles, { metrics, random, settings }) => {
  if (metrics.mood !== 'truth') return;
  const mute = settings.gates === 'mute';
  metrics.mood = random.pick(mute ? MUTE : MOODS);
  troubles.during(random.pick(mute ? [60_000] : [3000, 30_000, 60_000]), `metrics: ${metrics.mood}`, () => {
    metrics.mood = 'truth';
  });
};

const KINDS: Record<string, Kind> = {
  killAgent: (_, world) => {
    const machine = world.random.pick(world.machines);
    world.note(`${machine.id} agent killed`);
    machine.killAgent(world.random.pick([200, 1000, 20_000, 70_000]));
  },
  killAtStep: (troubles) => troubles.arm(false),
  cutAtStep: (troubles) => troubles.arm(true),
  cutPower: (_, world) => {
    const machine = world.random.pick(world.machines);
    if (machine.boot === 0) return;
    world.note(`${machine.id} loses power`);
    machine.cutPower();
  },
  stopAgent: (troubles, world) => {
    const { agent } = world.random.pick(world.machines);
    agent?.process.stop();
    troubles.during(aWhile(world), 'agent stopped', () => agent?.process.resume());
  },
  killDaemon: (_, world) => {
    const machine = world.random.pick(world.machines);
    world.judge.disturbed(machine);
    machine.daemon.die();
  },
  hang: damageDaemon(
    ({ daemon }) => {
      daemon.hung = true;
      daemon.stopMs = 10_000;
      return () => Object.assign(daemon, { hung: false, stopMs: 30 });
    },
    'daemon hung',
    aWhile,
  ),
  sick: damageDaemon(
    ({ daemon }) => {
      daemon.sick = true;
      return () => Object.assign(daemon, { sick: false });
    },
    'daemon sick',
    ({ random }) => random.pick([3000, 20_000, 120_000]),
  ),
  slowStop: damageDaemon(
    ({ daemon }) => {
      daemon.stopMs = 9000;
      return () => Object.assign(daemon, { stopMs: 30 });
    },
    'daemon stops slowly',
    aWhile,
  ),
  cut: (troubles, world) => {
    const { random, network, sites } = world;
    const cut = {
      hosts: someHosts(world),
      orchestrator: random.chance(0.5) ? null : random.between(0, sites.length - 1),
      direction: random.pick(['up', 'down', 'both', 'both'] as const),
    };
    network.cuts = [...network.cuts, cut];
    troubles.during(random.pick([3000, 20_000, 45_000, 90_000, 150_000]), `cut ${cut.direction}`, () => {
      network.cuts = network.cuts.filter((other) => other !== cut);
    });
  },
  clog: (troubles, world) => {
    const { random, network } = world;
    const direction: Direction = random.pick(['up', 'down', 'down']);
    for (const host of someHosts(world)) network.clog(host, direction);
    troubles.during(random.pick([3000, 20_000, 35_000, 50_000]), 'link clogged', () => network.release());
  },
  killOrchestrator: (_, world) => {
    world.count('orchestrator killed');
    world.random.pick(world.sites).kill(world.random.pick([1000, 5000, 20_000, 70_000]));
  },
  stopOrchestrator: (troubles, world) => {
    const orchestrator = world.random.pick(world.sites).orchestrator;
    orchestrator?.process.stop();
    troubles.during(aWhile(world), 'orchestrator stopped', () => {
      if (!orchestrator) return;
      orchestrator.resumedAt = world.timeline.now;
      orchestrator.process.resume();
    });
  },
  wallClock: (troubles, world) => {
    const [orchestrator] = running(world);
    if (!orchestrator) return;
    const by = world.random.pick([-HOUR_MS, -20_000, -2000, 2000, 20_000, HOUR_MS]);
    orchestrator.process.wallAhead += by;
    troubles.during(world.random.pick([5000, 60_000]), 'wall clock jumped', () => {
      orchestrator.process.wallAhead -= by;
    });
  },
  enrolmentBroken: (troubles, world) => {
    world.enrolment.broken = true;
    troubles.during(aWhile(world), 'enrolment not readable', () => {
      world.enrolment.broken = false;
    });
  },
  absent: (_, world) => {
    const machine = world.random.pick(world.machines);
    if (machine.boot === 0) return;
    world.count('host absent');
    world.note(`${machine.id} is away`);
    machine.cutPower(world.random.pick([20_000, 60_000, 100_000]));
  },
  storeDown: (troubles, world) => {
    world.server.down = true;
    troubles.during(aWhile(world), 'store down', () => {
      world.server.down = false;
    });
  },
  storeCut: (troubles, world) => {
    const orchestrator = world.random.pick(world.sites).orchestrator;
    if (!orchestrator) return;
    orchestrator.client.cut = true;
    troubles.during(aWhile(world), 'one orchestrator without store', () => {
      orchestrator.client.cut = false;
    });
  },
  storeOlder: (troubles, world) => {
    const { server, random } = world;
    // One wrong store at a time, and nobody takes it for the right one: a person puts that back.
    if (server.older || server.commits.length < 2) return;
    const putRight = server.rollBack(random.between(1, 30));
    server.older = true;
    world.judge.rolledBack();
    troubles.during(random.pick([10_000, 40_000]), 'store rolled back', () => {
      putRight();
      server.older = false;
      world.judge.rolledBack();
    });
  },
  queueDown: (troubles, world) => {
    world.queues.down = true;
    troubles.during(aWhile(world), 'queue down', () => {
      world.queues.down = false;
    });
  },
  queueCleared: (_, world) => {
    world.count('queues deleted');
    world.queues.clear();
  },
  signalsLost: (troubles, world) => {
    for (const site of world.sites) site.deaf = true;
    troubles.during(aWhile(world), 'signals lost', () => {
      for (const site of world.sites) site.deaf = false;
    });
  },
  pagerDown: (troubles, world) => {
    world.pager.down = true;
    troubles.during(world.random.pick([20_000, 60_000]), 'pager down', () => {
      world.pager.down = false;
    });
  },
  pagerDeaf: (troubles, world) => {
    world.pager.deaf = true;
    troubles.during(aWhile(world), 'pager does not answer', () => {
      world.pager.deaf = false;
    });
  },
};
