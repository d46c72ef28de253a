import { setTimeout as pause } from 'node:timers/promises';
import { EXAMPLE_COM, exampleCom } from '../../deploy/development/src/configuration.ts';
import { change, namedConf } from '../support/rollouts.ts';
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

const VERBS = ['pause', 'resume', 'resume', 'abort', 'rollback', 'rollback'] as const;
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
      maxUnavailable: random.pick([1, 2, '50%']),
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

  /** Steers some rollout that is not over; a halted one sooner or later has to be decided. */
  async #steer(): Promise<void> {
    const { random } = this.#chaos;
    const known = this.record.acknowledged.filter(({ act }) => act === 'submit').slice(-4);
    if (known.length === 0) return;
    const { rollout } = random.pick(known);
    const act = random.pick(VERBS);
    const reason = this.#reason();
    const answer = await this.#ask(`/v1/rollouts/${rollout}/${act}`, { reason });
    if (answer?.status !== 200) return;
    this.record.acknowledged.push({ act, rollout, reason, state: answer.body.state ?? '' });
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
