import { setTimeout as pause } from 'node:timers/promises';
import { EXAMPLE_COM, exampleCom } from '../../deploy/development/src/configuration.ts';
import { change, namedConf } from '../support/rollouts.ts';
import type { Random } from '../../services/agent/src/testing/random.ts';
import type { ChaosFleet } from './chaos-fleet.ts';

/** Something that the API has acknowledged: it must never be lost. */
export interface Acknowledged {
  /** `submit`, or the verb. */
  act: string;
  rollout: string;
  /** Unique; the log names it. */
  reason: string;
  /** The state that the answer told. */
  state: string;
}

/** What people have done, and what they were told. */
export interface Record {
  acknowledged: Acknowledged[];
  /** Rollouts whose change answers wrongly once it is live. */
  bad: Set<string>;
  /** How often what was refused, and why. */
  refused: Map<string, number>;
  unanswered: number;
}

interface Answer {
  status: number;
  body: { id?: string; state?: string; code?: string };
}

const PATIENCE_MS = 5000;
/** How often somebody who got no answer asks again, each time another orchestrator. */
const TRIES = 12;

/** People who submit changes, good and bad ones, and steer rollouts, while everything around them fails. */
export class Operators {
  readonly record: Record = { acknowledged: [], bad: new Set(), refused: new Map(), unanswered: 0 };
  readonly #chaos: ChaosFleet;
  #acts = 0;
  #serial = 1;

  constructor(chaos: ChaosFleet) {
    this.#chaos = chaos;
  }

  /** Acts until `signal` aborts. */
  async work(signal: AbortSignal): Promise<void> {
    const { random } = this.#chaos;
    while (!signal.aborted) {
      await (random.chance(0.5) ? this.#submit() : this.#steer());
      await pause(random.between(200, 2500), undefined, { signal }).catch(() => undefined);
    }
  }

  #reason(): string {
    this.#acts += 1;
    return `act-${this.#acts}`;
  }

  async #submit(): Promise<void> {
    const { random } = this.#chaos;
    const reason = this.#reason();
    const bad = random.chance(0.4);
    const submission = { ...this.#change(bad), reason, targets: this.#targets() };
    const answer = await this.#ask('/v1/rollouts', submission, { 'idempotency-key': reason });
    if (answer?.status !== 201 || answer.body.id === undefined) return;
    const { id, state = '' } = answer.body;
    this.record.acknowledged.push({ act: 'submit', rollout: id, reason, state });
    if (bad) this.record.bad.add(id);
  }

  #change(bad: boolean): { [field: string]: unknown } {
    const { random } = this.#chaos;
    this.#serial += 1;
    const addresses = [`192.0.2.${1 + (this.#serial % 250)}`];
    const strategy = {
      maxUnavailable: random.pick([1, 1, '50%']),
      failureThreshold: 0,
      applyDeadline: '25s',
      confirmDeadline: '60s',
      progressDeadline: '90s',
      onFailure: random.pick(['halt', 'halt', 'rollback']),
    };
    const good = change(this.#serial, addresses, { strategy });
    if (!bad) return good;
    // Both pass every checker: one answers otherwise than it should, the other one refuses whoever is not the host itself.
    if (random.chance(0.5))
      return {
        ...good,
        checks: [{ name: 'www.example.com', type: 'A', expect: { answers: ['192.0.2.254'] } }],
      };
    const files = { [EXAMPLE_COM]: exampleCom(this.#serial, addresses) };
    const { bundle } = change(this.#serial, addresses) as { bundle: { files: object } };
    const refusing = namedConf('allow-query { any; }', 'allow-query { 127.0.0.1; {{host.address}}; }');
    return { ...good, bundle: { files: { ...bundle.files, ...files, ...refusing } } };
  }

  #targets(): object {
    const { fleet, random } = this.#chaos;
    return random.chance(0.6) ? {} : { datacenters: [random.pick(fleet.hosts).datacenter] };
  }

  /** Decides about the newest rollout where it has stopped, and stops it now and then where it has not. */
  async #steer(): Promise<void> {
    const { random } = this.#chaos;
    const newest = this.record.acknowledged.findLast(({ act }) => act === 'submit');
    const state = newest && (await this.#stateOf(newest.rollout));
    if (!newest || state === undefined) return;
    const act = verbFor(state, random);
    if (act === null) return;
    const reason = this.#reason();
    const answer = await this.#ask(`/v1/rollouts/${newest.rollout}/${act}`, { reason });
    if (answer?.status !== 200) return;
    this.record.acknowledged.push({ act, rollout: newest.rollout, reason, state: answer.body.state ?? '' });
  }

  async #stateOf(rollout: string): Promise<string | undefined> {
    const { fleet, random } = this.#chaos;
    try {
      const response = await fetch(`${random.pick(fleet.apis)}/v1/rollouts/${rollout}`, {
        headers: { authorization: `Bearer ${fleet.token}` },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return ((await response.json()) as Answer['body']).state;
    } catch {
      return undefined;
    }
  }

  #refused(path: string, { status, body }: Answer): void {
    const what = `${path.replace(/r-\d+/, 'r-N')} ${status} ${body.code}`;
    this.record.refused.set(what, (this.record.refused.get(what) ?? 0) + 1);
  }

  /** Asks one orchestrator after another until one answers. @returns `null` when none did. */
  async #ask(path: string, body: object, headers: { [name: string]: string } = {}): Promise<Answer | null> {
    const { fleet, random } = this.#chaos;
    for (let left = TRIES; left > 0; left -= 1) {
      const api = random.pick(fleet.apis);
      const answer = await post(api + path, fleet.token, body, headers);
      if (answer !== null && answer.status < 500) {
        if (answer.status >= 400) this.#refused(path, answer);
        return answer;
      }
      await pause(random.between(100, 800));
    }
    this.record.unanswered += 1;
    return null;
  }
}

/** What a person does about a rollout in this state; mostly nothing while it goes well. */
function verbFor(state: string, random: Random): string | null {
  if (state === 'halted') return random.pick(['resume', 'abort', 'rollback', 'rollback']);
  if (state === 'paused') return random.pick(['resume', 'resume', 'abort']);
  if (state === 'preflighting' || state === 'running')
    return random.chance(0.2) ? random.pick(['pause', 'pause', 'abort', 'rollback']) : null;
  return null;
}

async function post(url: string, token: string, body: object, headers: object): Promise<Answer | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  } catch {
    return null;
  }
}
