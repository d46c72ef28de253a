import { type Assignment, pass, type Step } from '@breakwater/shared';
import type { TreeConfig } from './fake-daemon.ts';
import { OLD } from './fake-host.ts';
import { Random } from './random.ts';
import { SimulatedHost, type Wiring } from './simulated-host.ts';

/** What came of one history. */
export interface Outcome {
  /** Promises that were broken, each with the moment. */
  faults: readonly string[];
  /** How often each situation was seen. */
  reached: ReadonlyMap<string, number>;
  /** What happened, so that two runs of a seed can be compared. */
  trace: readonly string[];
}

/** How a tree behaves when a daemon runs it; `later` works until the daemon has run for some time. */
const BEHAVIOURS: Record<string, Partial<TreeConfig>> = {
  good: {},
  slow: { silentFor: 900 },
  wrong: { zones: { 'a.example': 'REFUSED' } },
  crashes: { exitsAfterMs: 20 },
  diesLater: { exitsAfterMs: 700 },
  silent: { silentFor: 99_000 },
};
const NAMES = ['good', 'good', 'good', ...Object.keys(BEHAVIOURS)];

export function treeOf(epoch: number, behaviour: string): TreeConfig {
  const more = BEHAVIOURS[behaviour] ?? {};
  return { ...more, zones: { ...OLD.zones, [`e${epoch}.example`]: 'NOERROR', ...more.zones } };
}

/** Every kind of trouble, each as often as this history has it; zero is one of the rates. */
const TROUBLES = {
  killAgent: (run: History) => run.killAgent(),
  killAtCall: (run: History) => run.atCall('kill'),
  cutPower: (run: History) => run.cutPower(),
  cutAtCall: (run: History) => run.atCall('cut'),
  failAtCall: (run: History) => run.atCall('fail'),
  cutInAppend: (run: History) => run.cutInAppend(),
  killDaemon: (run: History) => run.host.daemon.kill(),
  hang: (run: History) => {
    run.host.hung = !run.host.hung;
  },
  supervisorBusy: (run: History) => {
    run.host.daemon.restartError = run.host.daemon.restartError ? null : new Error('busy');
  },
  supervisorBlind: (run: History) => {
    run.host.daemon.observeError = run.host.daemon.observeError ? null : new Error('unreadable');
  },
  diskFull: (run: History) => {
    if (run.host.disk.blocks === null) run.host.disk.fill();
    else run.host.disk.blocks = null;
  },
  readOnly: (run: History) => {
    run.host.disk.readOnly = !run.host.disk.readOnly;
  },
  silence: (run: History) => {
    run.host.orchestrator.down = !run.host.orchestrator.down;
  },
  clogged: (run: History) => {
    run.host.orchestrator.stuckMs = run.random.pick([0, 0, 300, 20_000, 40_000]);
  },
  lateGrant: (run: History) => {
    run.host.orchestrator.stuckMs = 40_000;
    run.order(run.epoch);
    run.passMs = 41_000;
    run.later(2, () => {
      run.host.orchestrator.stuckMs = 0;
    });
  },
  paused: (run: History) => {
    const { paused } = run.host;
    paused?.pause();
    run.later(run.random.between(1, 4), () => paused?.resume());
  },
  staleLevel: (run: History) => run.order(Math.max(1, run.epoch - 1)),
} satisfies Record<string, (run: History) => void>;

/** One history of a host: what happens to it, and what is noted of it. */
export class History {
  readonly trace: string[] = [];
  epoch = 0;
  /** How long nothing else happens after this event, when it is of the event's own choosing. */
  passMs: number | null = null;
  readonly host: SimulatedHost;
  readonly random: Random;
  readonly #behaviours = new Map<number, string>();
  #pending: { inEvents: number; act: () => void }[] = [];

  constructor(host: SimulatedHost, random: Random) {
    this.host = host;
    this.random = random;
  }

  /** @param aim what happens first, before chance has its way */
  async run(aim: Aim = async () => undefined): Promise<void> {
    const { random, host } = this;
    const rates = Object.entries(TROUBLES).map(([name, happen]) => ({
      name,
      happen,
      rate: random.pick([0, 0, 1, 3]),
    }));
    await host.pass(500);
    await aim(this);
    for (let left = random.between(12, 30); left > 0; left -= 1) {
      this.#pending = this.#pending.filter((each) => {
        each.inEvents -= 1;
        if (each.inEvents <= 0) each.act();
        return each.inEvents > 0;
      });
      if (random.chance(0.55)) this.#goOn();
      else this.#trouble(rates);
      const passMs = random.pick([1, 20, 45, 60, 90, 300, 1000, 2500, 2500, 12_000]);
      await host.pass(this.passMs ?? passMs);
      this.passMs = null;
      this.#note();
      host.judge.check();
    }
    await this.#end();
  }

  /** The orchestrator's side: a new change, its next step, or none. */
  #goOn(): void {
    const { random } = this;
    if (this.epoch === 0 || random.chance(0.15)) {
      this.begin(random.pick(NAMES));
      return this.order(this.epoch, 'stage');
    }
    const step: Step = random.pick(['apply', 'apply', 'apply', 'confirm', 'confirm', 'revert', 'stage']);
    return this.order(this.epoch, step);
  }

  /** A new epoch, with a tree that behaves like this. */
  begin(behaviour: string): void {
    this.epoch += 1;
    this.#behaviours.set(this.epoch, behaviour);
  }

  order(epoch: number, step: Step = 'apply', more: Partial<Assignment> = {}): void {
    if (epoch === 0) return;
    const behaviour = this.#behaviours.get(epoch) ?? 'good';
    this.trace.push(`${step} ${epoch} ${behaviour}`);
    this.host.order(epoch, step, treeOf(epoch, behaviour), more);
  }

  later(inEvents: number, act: () => void): void {
    this.#pending.push({ inEvents, act });
  }

  #trouble(rates: readonly { name: string; happen: (run: History) => void; rate: number }[]): void {
    const all = rates.flatMap((each) => Array.from({ length: each.rate }, () => each));
    if (all.length === 0) return;
    const { name, happen } = this.random.pick(all);
    this.trace.push(name);
    this.host.judge.count(name);
    happen(this);
  }

  killAgent(): void {
    this.host.judge.count(`agent killed in ${this.#phase()}`);
    this.host.kill();
  }

  cutPower(): void {
    const { host, random } = this;
    host.judge.count(`power cut in ${this.#phase()}`);
    const { lostNames, torn } = host.cutPower(random.next);
    if (lostNames > 0) host.judge.count('names lost in a power cut');
    if (torn.some((path) => path.endsWith('/journal'))) host.judge.count('journal torn in a power cut');
  }

  /** The power goes while the next record is being written. */
  cutInAppend(): void {
    const { host } = this;
    host.onDisk = ({ name, when }) => {
      if (name !== 'datasync' || when !== 'before') return null;
      host.onDisk = () => null;
      this.cutPower();
      return null;
    };
  }

  /** Something happens at one of the next calls of the disk, before or after it. */
  atCall(what: 'kill' | 'cut' | 'fail'): void {
    const { host, random } = this;
    let left = random.between(1, 80);
    const when = what === 'fail' ? 'before' : random.pick(['before', 'after'] as const);
    const code = random.pick(['EIO', 'ENOSPC', 'EROFS']);
    host.onDisk = (call) => {
      if (call.when !== when || !(call.changes || call.name.endsWith('sync'))) return null;
      left -= 1;
      if (left > 0) return null;
      host.onDisk = () => null;
      host.judge.count(`${what} ${when} ${call.name}`);
      if (what === 'kill') this.killAgent();
      if (what === 'cut') this.cutPower();
      return what === 'fail' ? code : null;
    };
  }

  /** Faults stop, and nobody tells the host anything: what it promises then, and in which time. */
  async #end(): Promise<void> {
    const { host, random } = this;
    const { judge, daemon, orchestrator } = host;
    for (const each of this.#pending) each.act();
    host.paused?.resume();
    host.onDisk = () => null;
    host.hung = false;
    host.disk.readOnly = false;
    [daemon.restartError, daemon.observeError] = [null, null];
    orchestrator.down = true;
    orchestrator.assign(null);
    if (random.chance(0.5)) host.disk.blocks = null;
    await host.pass(50_000);
    host.daemon.restartError = null;
    if (!judge.isGood(judge.runs) && this.#isBad(judge.runs))
      judge.fault('S6', 'an unhealthy generation still runs, long after every fault has ended');
    await host.pass(45_000);
    if (!judge.isGood(judge.runs))
      judge.fault('S7', 'what runs is neither confirmed nor the last known good');
    host.disk.blocks = null;
    await host.pass(20_000);
    this.#note();
    judge.check();
    this.#expectAtRest();
  }

  #expectAtRest(): void {
    const { host } = this;
    const { judge } = host;
    const { lastKnownGood } = judge.memory;
    if (host.live !== lastKnownGood || judge.runs !== lastKnownGood || lastKnownGood === null)
      judge.fault('end', `the host is neither old and healthy nor new and confirmed: ${this.trace.at(-1)}`);
    const health = host.process?.agent?.status().health ?? pass('none', '');
    if (health.verdict !== 'pass') judge.fault('end', `the host is not healthy: ${health.reason}`);
  }

  #isBad(generation: unknown): boolean {
    return generation === null || !['good', 'slow'].includes(this.#behaviours.get(this.#epochOf()) ?? 'good');
  }

  #epochOf(): number {
    return this.host.judge.memory.change?.assignment.epoch ?? 0;
  }

  #phase(): string {
    return this.host.judge.memory.change?.phase ?? 'none';
  }

  #note(): void {
    const { host } = this;
    const { change, highestEpoch } = host.judge.memory;
    const [live, runs] = [host.live?.slice(0, 6), host.judge.runs?.slice(0, 6)];
    this.trace.push(
      `${host.clock.monotonic()} ${highestEpoch} ${change?.phase} ${live} ${runs} ${host.daemon.process?.pid}`,
    );
  }
}

/** Brings a host into a situation for certain; what follows is chance. */
export type Aim = (run: History) => Promise<void>;

/** Plays the history of one seed. The same seed, aim and code give the same trace. */
export async function simulate(seed: number, wiring: Wiring = {}, aim?: Aim): Promise<Outcome> {
  const host = await SimulatedHost.create(wiring);
  const history = new History(host, new Random(seed));
  await history.run(aim);
  if (host.process) host.process.life.dead = true;
  return { faults: host.judge.faults, reached: host.judge.reached, trace: history.trace };
}
