import {
  fail,
  type HostId,
  type OperatorName,
  pass,
  type ReportedState,
  type RolloutId,
  type RolloutState,
  type Verdict,
} from '@breakwater/shared';
import type { Context } from '../context.ts';
import type { DomainEvent, Verb } from '../event.ts';
import type { FleetHost } from '../fleet.ts';
import type { HostOrder } from '../host-order.ts';
import { violations } from '../invariants.ts';
import { type HostRow, type Rollout, rowOf } from '../rollout.ts';
import type { Refusal } from '../commands.ts';
import type { Input } from '../input.ts';
import { transition } from '../transition.ts';
import type { Watch, Word } from '../watch.ts';

/** Drives one rollout through inputs, and checks the invariants after each. Time moves only when told. */
export class Drive {
  rollout: Rollout;
  fleet: Map<HostId, FleetHost>;
  now = 0;
  blocked: string | null = null;
  frozen: string | null = null;
  thawsAt: number | null = null;
  orders = new Map<HostId, HostOrder>();
  owners = new Map<HostId, RolloutId>();
  listeningSince = -1_000_000;
  readonly events: DomainEvent[] = [];
  nextLookAt: number | null = null;
  /** What a host that asks another finds, `null` for silence. Everybody is well unless a test says otherwise. */
  says: (point: HostId, target: HostId) => Verdict | null = (point) =>
    pass('answered', `${point} is content`);
  /** Called after every decision, with what was before it. */
  saved: (before: Rollout) => void = () => undefined;
  #seq = 0;
  #epoch = 1;

  constructor(rollout: Rollout, fleet: Map<HostId, FleetHost>) {
    this.rollout = rollout;
    this.fleet = fleet;
  }

  get context(): Context {
    const { now, fleet, blocked, listeningSince, words } = this;
    const { frozen, thawsAt, orders, owners } = this;
    const rest = { nextEpoch: this.#epoch + 1, repageEveryMs: 900_000, frozen, thawsAt, orders, owners };
    return { now, fleet, words, blocked, listeningSince, ...rest };
  }

  /** What is said now by everybody who is to ask somebody, as `says` has it. */
  get words(): Map<HostId, Word[]> {
    const words = new Map<HostId, Word[]>();
    for (const [id, { epoch, points }] of Object.entries(this.rollout.vantage) as [HostId, Watch][]) {
      for (const { host } of points) {
        const verdict = this.says(host, id);
        if (verdict === null) continue;
        const word = { target: id, epoch, verdict, askedAt: this.now };
        words.set(host, [...(words.get(host) ?? []), word]);
      }
    }
    return words;
  }

  /** @returns the refusal, if the input was refused. */
  put(input: Input): Refusal | null {
    const decision = transition(this.rollout, input, this.context);
    if ('code' in decision) return decision;
    if (decision.events.length === 0 && decision.rollout !== this.rollout)
      throw new Error('a change without an event');
    this.adopt(decision.rollout, decision.events);
    this.nextLookAt = decision.nextLookAt;
    return null;
  }

  /** Takes a decision as saved. @throws when it breaks an invariant: it could not have been. */
  adopt(rollout: Rollout, events: readonly DomainEvent[]): void {
    const broken = violations(rollout);
    if (broken.length > 0) throw new Error(broken.join('; '));
    const before = this.rollout;
    this.rollout = rollout;
    this.events.push(...events);
    this.#epoch = Math.max(this.#epoch, ...Object.values(rollout.hosts).map((row) => row.epoch));
    this.saved(before);
  }

  look(afterMs = 0): this {
    this.now += afterMs;
    this.put({ type: 'look' });
    return this;
  }

  /** Time passes, and every host has just been heard of. */
  wait(ms: number): this {
    this.now += ms;
    for (const [id, one] of this.fleet) this.fleet.set(id, { ...one, heardAt: this.now });
    return this.look();
  }

  report(id: string, state: ReportedState, verdict?: Verdict): this {
    const told =
      verdict ??
      (['failed', 'unhealthy', 'revertFailed'].includes(state)
        ? fail('wrong_answer', `${id} answered REFUSED`)
        : pass(state, state));
    this.#seq += 1;
    const { epoch } = this.row(id);
    const report = {
      seq: this.#seq,
      epoch,
      rollout: this.rollout.id,
      state,
      verdict: told,
      observedAgoMs: 0,
    };
    this.put({ type: 'reports', host: id as HostId, journal: 'journal', reports: [report] });
    return this;
  }

  say(verb: Verb, host: string | null = null, by = 'alex'): Refusal | null {
    const command = { verb, by: by as OperatorName, reason: 'a test', host: host as HostId | null };
    return this.put({ type: 'command', command });
  }

  row(id: string): HostRow {
    return rowOf(this.rollout, id as HostId);
  }

  inState(...states: readonly string[]): HostId[] {
    return Object.values(this.rollout.hosts)
      .filter((row) => states.includes(row.state))
      .map((row) => row.id);
  }

  /** Every host proves the change offline. */
  preflight(): this {
    this.look();
    for (const id of this.inState('staging')) this.report(id, 'ready');
    return this;
  }

  /** A granted host applies, soaks for `soakMs` and keeps the change. */
  pass(id: string, soakMs: number): this {
    this.report(id, 'applying')
      .report(id, 'verifying')
      .report(id, 'soaking')
      .wait(soakMs)
      .report(id, 'soaked');
    return this.row(id).confirming ? this.report(id, 'confirmed') : this;
  }

  /** Lets every host succeed until the rollout is in one of `states`, or nothing moves any more. */
  succeedUntil(...states: readonly RolloutState[]): this {
    for (let guard = 0; guard < 1000 && !states.includes(this.rollout.state); guard += 1) {
      const [next] = this.inState('applying');
      if (next === undefined) break;
      this.pass(next, 1000);
    }
    return this;
  }
}
