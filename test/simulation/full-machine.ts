import { type Digest, Digest as DigestSchema, type HostId } from '@breakwater/shared';
import { treeIn } from '../../services/agent/src/adapters/generations/layout.ts';
import { liveLink } from '../../services/agent/src/adapters/generations/live-link.ts';
import { openJournal } from '../../services/agent/src/adapters/journal/file-journal.ts';
import type { Journal } from '../../services/agent/src/adapters/journal/interface.ts';
import { recall } from '../../services/agent/src/core/memory.ts';
import { guardStart } from '../../services/agent/src/runtime/guard.ts';
import { SimulatedDisk } from '../../services/agent/src/testing/simulated-disk.ts';
import type { EnrolledHost } from '../../services/orchestrator/src/core/fleet.ts';
import { Daemon } from './daemon.ts';
import { FullAgent } from './full-agent.ts';
import { FILE, type FullHost, JOURNAL, ROOT, STORE } from './full-host.ts';
import type { Machine, World } from './interfaces.ts';
import { BOOTED_MS, DOWN_MS } from './machine.ts';
import { Process } from './timeline.ts';

const FOUND = '// what was there before\n';
const GUARD_AGAIN_MS = 1000;

/** A host with a disk, on which the whole agent runs as it is: its loop, its journal, its generations. */
export class FullMachine implements FullHost {
  readonly id: HostId;
  readonly place: EnrolledHost;
  readonly daemon: Daemon;
  readonly disk = new SimulatedDisk();
  power: Process;
  agent: FullAgent | null = null;
  boot = 0;
  good: ReadonlySet<Digest>;
  grants: Machine['grants'] = [];
  /** Of the journal, how much the judge has been told. */
  #told = { journal: '', seq: 0 };
  /** What stands for the configuration that was there, until the agent has given it a name. */
  readonly #original: Digest;
  readonly #world: World;

  constructor(world: World, place: EnrolledHost, original: Digest) {
    this.#world = world;
    this.id = place.id;
    this.place = place;
    this.#original = original;
    this.good = new Set([original]);
    this.power = new Process(world.timeline, world.timeline.now - BOOTED_MS);
    this.daemon = new Daemon({
      host: this.id,
      power: () => this.power,
      behaviourOf: (generation) => world.behaviourOf(generation),
      prepare: (then) => void this.#guarded(this.power, then),
      beforeStart: () => {
        world.judge.daemonStarts(this);
        return this.live;
      },
      changed: () => world.judge.changed(this),
    });
  }

  get bootId(): string {
    return `${this.id} boot ${this.boot}`;
  }

  get agentLives(): boolean {
    return this.agent !== null && !this.agent.process.dead;
  }

  get live(): Digest {
    const found = this.disk.peek(ROOT)?.path.split('/') ?? [];
    const digest = DigestSchema.safeParse(found.at(-2));
    return digest.success ? digest.data : this.#original;
  }

  get pending(): boolean {
    return !this.good.has(this.live) || (this.daemon.runs !== null && !this.good.has(this.daemon.runs));
  }

  holds(generation: Digest): boolean {
    const found = this.disk.peek(`${treeIn(STORE, generation)}/${FILE}`);
    return generation === this.#original || found !== null;
  }

  start(): void {
    this.boot += 1;
    this.#boot().catch((error: unknown) => this.#world.fault('sound', String(error), this));
  }

  async #boot(): Promise<void> {
    await this.#install();
    this.daemon.start();
    this.power.setTimer(this.#world.random.between(5, 300), () => this.startAgent());
  }

  startAgent(): void {
    if (this.power.dead || this.agentLives) return;
    this.grants = [];
    const agent = new FullAgent(this.#world, this);
    this.agent = agent;
    agent.start();
  }

  killAgent(againMs: number): void {
    if (this.agent === null) return;
    this.agent.process.dead = true;
    this.agent = null;
    this.#world.judge.disturbed(this);
    this.power.setTimer(againMs, () => this.startAgent());
  }

  cutPower(downMs: number = DOWN_MS): void {
    if (this.power.dead) return;
    this.power.dead = true;
    if (this.agent) this.agent.process.dead = true;
    this.agent = null;
    const { torn } = this.disk.cutPower(this.#world.random.next);
    if (torn.some((path) => path.startsWith(JOURNAL))) this.#world.count('record torn in a power cut');
    this.daemon.vanish();
    this.#world.judge.powerWasCut(this);
    this.#world.timeline.after(downMs, () => {
      this.power = new Process(this.#world.timeline, this.#world.timeline.now - BOOTED_MS);
      this.start();
    });
  }

  /** A journal was opened: whatever it holds beyond what is known had reached the disk before somebody died. */
  opened(journal: Journal): Journal {
    if (journal.id !== this.#told.journal) this.#told = { journal: journal.id, seq: 0 };
    for (const record of journal.records()) this.#tell(record);
    return {
      get id() {
        return journal.id;
      },
      get damage() {
        return journal.damage ?? null;
      },
      get unwritable() {
        return journal.unwritable ?? null;
      },
      records: () => journal.records(),
      append: async (entry) => {
        if (entry.type === 'confirmed') this.#world.judge.confirms(this);
        const record = await journal.append(entry).catch((error: unknown) => {
          if (this.disk.blocks !== null) this.#world.count('a full disk takes no record');
          throw error;
        });
        if (entry.type === 'reverted' && this.disk.blocks !== null)
          this.#world.count('went back on a full disk');
        this.#tell(record);
        return record;
      },
    };
  }

  /** The link leads elsewhere; what was found there is as good under the name that the agent gives it, before it says so. */
  linkMoved(): void {
    if (this.disk.peek(`${ROOT}/${FILE}`)?.text === FOUND) {
      this.good = new Set([...this.good, this.live]);
      if (this.daemon.runs === this.#original) this.daemon.runs = this.live;
    }
    this.#world.judge.changed(this);
  }

  repairIfDrifted(): void {
    this.agent?.repairIfDrifted().then(
      (result) => result !== null && this.#world.count(`repaired by a person: ${result}`),
      (error: unknown) => this.#world.fault('sound', String(error), this),
    );
  }

  #tell(record: Awaited<ReturnType<Journal['append']>>): void {
    if (record.seq <= this.#told.seq) return;
    this.#told.seq = record.seq;
    this.#world.judge.recorded(this, record);
  }

  /** The tree of whoever ran the host before, as a plain folder that the managed root leads to. */
  async #install(): Promise<void> {
    if (this.disk.peek(ROOT) !== null || this.boot > 1) return;
    const disk = this.disk.for({ dead: false });
    await disk.mkdir('/original');
    const file = await disk.open(`/original/${FILE}`, 'wx', 0o644);
    await file.writeFile(FOUND);
    await file.sync();
    await disk.symlink('/original', ROOT);
    for (const folder of ['/original', '/']) await (await disk.open(folder, 'r')).sync();
  }

  /** What stands in the daemon's start script: while no agent runs, the guard looks at the link. */
  async #guarded(power: Process, then: () => void): Promise<void> {
    try {
      if (!this.agentLives) await this.#guard(power);
    } catch {
      power.setTimer(GUARD_AGAIN_MS, () => void this.#guarded(power, then));
      return;
    }
    power.do(then);
  }

  async #guard(power: Process): Promise<void> {
    const disk = this.disk.for(power);
    const journal = await openJournal(JOURNAL, { clock: power, boot: this.bootId, disk });
    const told = this.opened(journal);
    const live = liveLink(ROOT, (generation) => treeIn(STORE, generation), disk);
    const link = {
      live: () => live.read(),
      absent: () => live.absent(),
      switchTo: async (to: Digest) => {
        await live.switchTo(to);
        this.#world.count('guard put the old generation back');
        this.#world.judge.changed(this);
      },
    };
    const memory = recall(journal.records());
    const append: Journal['append'] = (entry) => told.append(entry);
    await guardStart({ clock: power, boot: this.bootId, agentAlive: false, memory, link, append });
  }
}
