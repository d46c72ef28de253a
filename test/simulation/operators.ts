import { BreakwaterError, type HostId, OperatorName, type RolloutId, sha256 } from '@breakwater/shared';
import type { Operator } from '../../services/orchestrator/src/adapters/http/interface.ts';
import { VERBS, type Verb } from '../../services/orchestrator/src/core/event.ts';
import type { HostVerb } from '../../services/orchestrator/src/core/host-verbs.ts';
import type { Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import { newChange } from './changes.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { World } from './interfaces.ts';

const person = (name: string, role: Operator['role']): Operator => ({ name: OperatorName.parse(name), role });
const SUBMITTER = person('submitter', 'submitter');
const APPROVER = person('approver', 'admin');
const MOST_ROLLOUTS = 8;

/** What reasonable people do with a rollout in each state; now and then they do anything. */
const USUAL: Record<Rollout['state'], readonly (Verb | 'wait')[]> = {
  planned: ['wait'],
  preflighting: ['wait', 'wait', 'pause', 'abort'],
  awaitingApproval: ['approve', 'approve', 'approve', 'wait', 'abort'],
  running: ['wait', 'wait', 'wait', 'pause', 'abort', 'rollback'],
  paused: ['resume', 'resume', 'wait', 'rollback'],
  halted: ['wait', 'rollback', 'abort', 'resume', 'retry', 'skip'],
  rollingBack: ['wait', 'abort'],
  rolledBack: ['wait'],
  aborted: ['wait'],
  succeeded: ['wait', 'wait', 'wait', 'rollback'],
};

/** An act that was acknowledged: from then on the store has to know of it. */
interface Acknowledged {
  reason: string;
}

/** People who submit, steer and stop, through any of the orchestrators; they hear of the outcome, or they do not. */
export class Operators {
  over = false;
  readonly acknowledged: Acknowledged[] = [];
  #acts = 0;
  #submitted = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    const { random, settings, timeline } = this.#world;
    timeline.after(random.between(1, 2 * settings.actEveryMs), () => {
      if (this.over) return;
      this.act();
      this.start();
    });
  }

  act(): void {
    const { random, server } = this.#world;
    const rollouts = server.data.rollouts.flatMap((id) => server.data.rollout(id) ?? []);
    const live = [...server.snapshot().live.values()];
    const { stopped } = server.snapshot().line;
    if (stopped && random.chance(0.5)) return this.line(false);
    if (random.chance(0.03)) return this.line(!stopped);
    if (this.#world.settings.eventful && random.chance(0.1)) return this.#order();
    const wanted = live.length === 0 ? 0.9 : 0.15;
    if (this.#submitted < MOST_ROLLOUTS && random.chance(wanted)) return this.#submit();
    if (rollouts.length === 0) return undefined;
    const rollout = random.pick(random.chance(0.8) && live.length > 0 ? live : rollouts);
    const wild = random.chance(0.08);
    const verb = random.pick(wild ? VERBS : USUAL[rollout.state]);
    return verb === 'wait' ? undefined : this.command(rollout.id, verb, this.#hostFor(rollout, wild));
  }

  /** Sends a command through one of the orchestrators. */
  command(id: RolloutId, verb: Verb, host: HostId | null = null): void {
    const reason = this.#nextReason();
    const known = this.#world.submitted.get(id);
    if (known && ['resume', 'retry', 'skip'].includes(verb)) known.steered = true;
    this.#world.note(`${verb} ${id} ${host ?? ''} (${reason})`);
    this.#through(
      (orchestrator) =>
        orchestrator.operations.command(id, verb, APPROVER, reason, host === null ? {} : { host }),
      (rollout) => {
        // What it answers with says whether it was this command that did it.
        if (rollout.verdict.reason === reason || this.#inLog(reason)) this.#acknowledge(reason);
        else if (rollout.state !== 'running') this.#world.count('a command that had been done already');
      },
    );
  }

  line(stopped: boolean): void {
    const reason = this.#nextReason();
    this.#world.note(`line ${stopped ? 'stop' : 'start'} (${reason})`);
    this.#through(
      (orchestrator) => orchestrator.operations.setLine(stopped, APPROVER, reason),
      (line) => {
        if (line.reason === reason) this.#acknowledge(reason);
      },
    );
  }

  /** Takes a host out of service, or back into it; or away for good, once. */
  #order(): void {
    const { random, machines, server, enrolment } = this.#world;
    const { orders } = server.snapshot();
    const { id } = random.pick(machines);
    const gone = [...orders].find(([, { kind }]) => kind === 'removed')?.[0];
    if (gone === undefined && machines.length > 3 && random.chance(0.4)) return this.order(id, 'remove');
    // Whom it was taken from, it is not written of for long.
    if (gone !== undefined && random.chance(0.5))
      return enrolment.write(enrolment.hosts.filter((host) => host.id !== gone));
    return this.order(id, orders.get(id)?.kind === 'drained' ? 'undrain' : 'drain');
  }

  order(host: HostId, verb: HostVerb): void {
    const reason = this.#nextReason();
    this.#world.note(`${verb} ${host} (${reason})`);
    this.#through(
      (orchestrator) => orchestrator.operations.orderHost(host, verb, APPROVER, reason),
      () => undefined,
    );
  }

  #submit(): void {
    const { random } = this.#world;
    this.#submitted += 1;
    const reason = this.#nextReason();
    const change = { ...newChange(this.#world, this.#submitted), reason };
    const key = random.chance(0.5) ? { key: reason, request: sha256(reason) } : null;
    const send = (): void =>
      this.#through(
        (orchestrator) => orchestrator.operations.submit(change, { ...SUBMITTER, idempotency: key }),
        (rollout) => {
          const known = this.#world.submitted.get(rollout.id);
          if (known && known.reason !== reason)
            this.#world.fault('S17', `${rollout.id} was answered to "${known.reason}" and to "${reason}"`);
          this.#acknowledge(reason);
        },
      );
    this.#world.expects(change);
    send();
    // Whoever hears nothing asks again, under the same name.
    if (key !== null && random.chance(0.5)) this.#world.timeline.after(random.between(0, 3000), send);
    if (key !== null && random.chance(0.2)) this.#reuse(key.key);
  }

  /** The same name for another body is refused. */
  #reuse(key: string): void {
    const other = newChange(this.#world, 1000 + this.#submitted);
    this.#world.timeline.after(5000, () =>
      this.#through(
        (orchestrator) =>
          orchestrator.operations.submit(other, {
            ...SUBMITTER,
            idempotency: { key, request: sha256('another body') },
          }),
        (rollout) => {
          const first = this.acknowledged.some(({ reason }) => reason === key);
          if (first) this.#world.fault('S17', `${rollout.id} was made under a key of another body`);
        },
      ),
    );
  }

  #through<T>(ask: (orchestrator: Orchestrator) => Promise<T>, then: (answer: T) => void): void {
    const up = this.#world.orchestrators.filter((each) => each !== null && each.process.runs);
    if (up.length === 0) return;
    const orchestrator = this.#world.random.pick(up);
    if (!orchestrator) return;
    ask(orchestrator).then(then, (error: unknown) => this.#refused(error));
  }

  #refused(error: unknown): void {
    const code = error instanceof BreakwaterError ? error.code : 'unnamed';
    this.#world.count(`refused: ${code}`);
    if (code === 'unnamed' || code === 'internal')
      this.#world.fault('sound', `an operator was answered ${String(error)}`);
  }

  #hostFor(rollout: Rollout, wild: boolean): HostId | null {
    const rows = Object.values(rollout.hosts);
    const failed = rows.filter((row) => row.failure !== null || row.state === 'skipped');
    const pool = wild || failed.length === 0 ? rows : failed;
    return pool.length === 0 ? null : this.#world.random.pick(pool).id;
  }

  /** What an older store takes is lost with it when the right one is put back. */
  #acknowledge(reason: string): void {
    if (this.#world.server.older) return;
    this.acknowledged.push({ reason });
    if (!this.#inLog(reason)) this.#world.fault('S16', `"${reason}" is acknowledged and not stored`);
  }

  #inLog(reason: string): boolean {
    return this.#world.server.data.events.some((event) => 'reason' in event && event.reason === reason);
  }

  #nextReason(): string {
    this.#acts += 1;
    return `act ${this.#acts}`;
  }
}
