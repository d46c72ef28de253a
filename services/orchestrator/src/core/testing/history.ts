import {
  fail,
  type HostId,
  inconclusive,
  noData,
  type OperatorName,
  pass,
  pending,
  RolloutId,
  type Verdict,
} from '@breakwater/shared';
import { heldFor } from '../accepting.ts';
import { stepOf } from '../assignment.ts';
import type { FleetHost } from '../fleet.ts';
import { dueGates } from '../gates.ts';
import { overtake } from '../overtaking.ts';
import { type Rollout, waveName } from '../rollout.ts';
import type { Action, Finding } from './actions.ts';
import { Drive } from './drive.ts';
import { evenFleet, rolloutOver } from './fleet.ts';
import { act, begins, type Truth } from './truth.ts';

const ALEX = 'alex' as OperatorName;

function verdictOf(finding: Finding): Verdict | null {
  switch (finding) {
    case 'pass':
      return pass('answered', 'as expected');
    case 'fail':
      return fail('wrong_rcode', 'REFUSED');
    case 'noData':
      return noData('no_answer', 'no answer');
    case 'inconclusive':
      return inconclusive('not_judged', 'nonsense');
    case 'pending':
      return pending('not_certain', 'asked once');
    case 'silence':
      return null;
    default:
      return finding satisfies never;
  }
}

/** One random history of a rollout, its hosts and the people around it. */
export class History {
  readonly drive: Drive;
  readonly truths: Map<HostId, Truth>;
  /** What each host finds at others; those that are not in it find all well. */
  readonly findings = new Map<HostId, Finding>();
  #tells: Finding = 'pass';

  constructor(strategy: object, change: object = {}) {
    const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
    this.drive = new Drive(rolloutOver(fleet, { strategy, ...change }), fleet);
    this.drive.says = (point) => verdictOf(this.findings.get(point) ?? 'pass');
    this.truths = new Map(
      [...fleet.keys()].map((id) => [id, { generation: 'old', epoch: 0, phase: 'idle' }]),
    );
  }

  play(action: Action): void {
    const { drive } = this;
    const ids = [...this.truths.keys()];
    const pick = (at: number): HostId => ids[at % ids.length] as HostId;
    switch (action.do) {
      case 'host':
        return this.live(pick(action.index), action.bad, action.lost);
      case 'allWell':
        // Every host does its next step and a second passes: without it no history would get beyond a canary.
        for (const id of ids) this.live(id, false, false);
        this.measure();
        drive.look(1000);
        return;
      case 'repeat':
        drive.report(pick(action.index), action.state);
        return;
      case 'time':
        drive.look(action.ms);
        return;
      case 'verb':
        drive.say(action.verb, pick(action.index), action.by);
        return;
      case 'health':
        return this.alter(pick(action.index), { availability: action.availability });
      case 'vantage':
        this.findings.set(pick(action.index), action.finds);
        drive.look();
        return;
      case 'line':
        drive.blocked = action.stopped ? 'the line is stopped' : null;
        return;
      case 'freeze':
        drive.frozen = action.frozen ? 'frozen until Monday' : null;
        return;
      case 'restart':
        drive.listeningSince = drive.now;
        return;
      case 'status':
        return this.status(pick(action.index), verdictOf(action.says));
      case 'drift':
        this.alter(pick(action.index), { drift: action.drifted ? 'named.conf differs' : null });
        drive.look();
        return;
      case 'order':
        return this.order(pick(action.index), action.kind);
      case 'gate':
        this.#tells = action.tells;
        return this.measure();
      case 'overtake':
        return this.overtaken(ids.slice(action.index % ids.length).slice(0, action.hosts));
      case 'accept':
        return this.accepted();
      default:
        return action satisfies never;
    }
  }

  private alter(id: HostId, change: Partial<FleetHost>): void {
    const one = this.drive.fleet.get(id);
    if (one) this.drive.fleet.set(id, { ...one, ...change });
  }

  private status(id: HostId, verdict: Verdict | null): void {
    const { now } = this.drive;
    const well = verdict === null || verdict.verdict === 'pass';
    this.alter(id, {
      availability: well ? 'healthy' : 'unhealthy',
      unwell: well ? null : { since: now, verdict },
    });
    this.drive.look();
  }

  private order(id: HostId, kind: 'drained' | 'removed' | 'none'): void {
    const { drive } = this;
    if (kind === 'none') drive.orders.delete(id);
    else drive.orders.set(id, { kind, by: ALEX, reason: 'a test', since: drive.now });
    this.alter(id, { drained: kind !== 'none' });
    drive.look();
  }

  private measure(): void {
    const { drive } = this;
    const verdict = verdictOf(this.#tells);
    if (verdict === null) return;
    for (const { gate, wave, phase } of dueGates(drive.rollout, drive.now)) {
      const measurement = { wave: waveName(wave), gate: gate.name, phase, at: drive.now, verdict };
      drive.put({ type: 'measured', measurement });
    }
  }

  /** An emergency overtakes only what is live, as its submission sees to. */
  private overtaken(hosts: readonly HostId[]): void {
    const { drive } = this;
    if (drive.rollout.emergency !== null || ['rolledBack', 'succeeded'].includes(drive.rollout.state)) return;
    const takeover = { emergency: RolloutId.parse('r-9'), incident: 'INC-7', by: ALEX, hosts };
    const decision = overtake(drive.rollout, takeover, drive.context);
    if ('code' in decision) return;
    drive.adopt(decision.rollout, decision.events);
  }

  private accepted(): void {
    const { drive } = this;
    const { nextEpoch, now } = drive.context;
    const by = { by: ALEX, reason: 'a test', now, epoch: nextEpoch };
    const [rollout, events]: [Rollout, Drive['events']] = heldFor(drive.rollout, by);
    drive.adopt(rollout, events);
  }

  /** The host polls, does one thing, and reports it unless the report is lost for good. */
  private live(id: HostId, bad: boolean, lost: boolean): void {
    const { drive } = this;
    const truth = this.truths.get(id) as Truth;
    this.alter(id, { heardAt: drive.now });
    const row = drive.row(id);
    const step = stepOf(drive.rollout, row, drive.blocked);
    if (begins(truth, row.epoch, step)) Object.assign(truth, { epoch: row.epoch, phase: 'idle' });
    const next = act(truth, step, bad);
    if (next === null || truth.epoch !== row.epoch) return;
    truth.phase = next;
    if (next === 'applying') truth.generation = 'new';
    if (next === 'reverted') truth.generation = 'old';
    const wrong = ['failed', 'unhealthy', 'revertFailed'].includes(next);
    if (!lost) drive.report(id, next, wrong ? fail('wrong_answer', 'bad') : pass(next, next));
  }
}
