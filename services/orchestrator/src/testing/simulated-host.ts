import {
  type Assignment,
  type Digest,
  fail,
  HostId,
  type HostStatus,
  type Measures,
  pass,
  type PollRequest,
  PROTOCOL_VERSION,
  type Report,
  type ReportedState,
  revisionOf,
  type RolloutId,
  type VantageTask,
  type Verdict,
} from '@breakwater/shared';
import type { AgentDesk } from '../adapters/http/interface.ts';

/** What a host does after each state while its name server answers rightly. */
const NEXT: Partial<Record<ReportedState, ReportedState>> = {
  applying: 'verifying',
  verifying: 'soaking',
  soaking: 'soaked',
};
const SWAPPED: readonly string[] = ['applying', 'verifying', 'soaking', 'soaked', 'confirmed'];

/** A host with its agent as the orchestrator sees them: it polls, follows its level, and reports what it did. */
export class SimulatedHost {
  readonly id: HostId;
  journal: string;
  /** What its name server answers, and so what it says of its health. */
  health: Verdict = pass('answers', 'as before');
  /** What it runs, and what it has measured of it. */
  generation: Digest | null = null;
  measures: Measures | undefined;
  /** What somebody has changed by hand. */
  drift: HostStatus['drift'] = null;
  /** The new generation will make its name server answer wrongly. */
  breaks = false;
  assignment: Assignment | null = null;
  /** Whom it is to ask, and what it finds at all of them. */
  vantage: readonly VantageTask[] = [];
  finds: Verdict = pass('answered', 'All questions were answered as expected.');
  acknowledged = 0;
  /** The highest sequence that it was answered with. */
  sequence = 0;
  /** Reports that were not acknowledged yet. */
  owed: Report[] = [];
  phase: ReportedState | 'idle' = 'idle';
  #epoch = 0;
  #seq = 0;

  constructor(id: string, journal = '00000000-0000-4000-8000-000000000001') {
    this.id = HostId.parse(id);
    this.journal = journal;
  }

  get status(): HostStatus {
    return {
      generation: this.generation,
      lastKnownGood: null,
      epoch: this.#epoch,
      daemon: { running: true, pid: 12, restarts: 0 },
      drift: this.drift,
      health: this.health,
      zones: 2,
      ...(this.measures && { measures: this.measures }),
    };
  }

  request(change: Partial<PollRequest> = {}): PollRequest {
    return {
      protocol: PROTOCOL_VERSION,
      journal: this.journal,
      status: this.status,
      reports: [...this.owed],
      vantage: this.vantage.map(({ target, epoch }) => {
        return { target, epoch, verdict: this.finds, askedAgoMs: 0 };
      }),
      following: revisionOf(this.assignment, this.vantage),
      sequence: this.sequence,
      waitMs: 0,
      ...change,
    };
  }

  /** Writes down what is to be reported. */
  owe(state: ReportedState, about: { rollout: RolloutId; epoch: number } | null = this.assignment): Report {
    if (!about) throw new Error(`${this.id} has no assignment to report about`);
    this.#seq += 1;
    const bad = state === 'failed' || state === 'unhealthy' || state === 'revertFailed';
    const verdict = bad ? fail('wrong_answers', `${this.id} answered REFUSED`) : pass(state, state);
    const { epoch, rollout } = about;
    const report = { seq: this.#seq, epoch, rollout, state, verdict, observedAgoMs: 0 };
    this.owed.push(report);
    return report;
  }

  /** Polls once without waiting, and takes the answer in. */
  async poll(desk: AgentDesk, change: Partial<PollRequest> = {}): Promise<void> {
    const answer = await desk.poll(this.id, this.request(change), new AbortController().signal);
    if (answer.sequence < this.sequence) return;
    this.sequence = answer.sequence;
    this.assignment = answer.assignment;
    this.vantage = answer.vantage;
    this.acknowledged = answer.acknowledged;
    this.owed = this.owed.filter((report) => report.seq > answer.acknowledged);
    if (answer.assignment && answer.assignment.epoch > this.#epoch) {
      this.#epoch = answer.assignment.epoch;
      this.phase = 'idle';
    }
  }

  /** Polls, does the next thing that its level asks for, and reports it. */
  async live(desk: AgentDesk): Promise<void> {
    await this.poll(desk);
    const next = this.#next();
    if (next === null) return;
    this.phase = next;
    this.owe(next);
    await this.poll(desk);
  }

  /** The disk is lost: another journal, which counts from the beginning. */
  loseDisk(journal: string): void {
    this.journal = journal;
    this.owed = [];
    this.acknowledged = 0;
    this.#seq = 0;
  }

  #next(): ReportedState | null {
    const { phase } = this;
    const step = this.assignment?.step;
    if (phase === 'failed') return 'reverting';
    if (phase === 'reverting') return 'reverted';
    if (step === 'stage' && phase === 'idle') return 'ready';
    if (step === 'apply' && phase === 'ready') return 'applying';
    if (!SWAPPED.includes(phase)) return null;
    if (step === 'revert') return 'reverting';
    if (phase === 'confirmed') return null;
    if (this.breaks && phase === 'verifying') return 'failed';
    return step === 'confirm' && phase === 'soaked' ? 'confirmed' : (NEXT[phase as ReportedState] ?? null);
  }
}
