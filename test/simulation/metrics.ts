import type { QueryAnswer } from '../../services/orchestrator/src/core/gate-query.ts';
import type { MetricSource } from '../../services/orchestrator/src/adapters/prometheus/interface.ts';
import { kindAt, type Mood } from './behaviour.ts';
import type { Machine, World } from './interfaces.ts';

/** What every gate of the simulation asks, and below which value all is well. */
export const QUERY = 'errors{rollout="{{rollout}}",wave="{{wave}}",host=~"{{hosts}}"}';
export const LIMIT = 10;

const USUAL = 1;
const MANY = 50;
/** After which time whoever asks gives up. */
const WITHIN_MS = 5000;

/** Something that measures hosts from outside, as Prometheus does: for whom it counts errors, and when it said so. */
export class SimulatedMetrics implements MetricSource {
  mood: Mood = 'truth';
  /** When it last said that all is well, by rollout and wave. */
  readonly wellAt = new Map<string, number>();
  /** It has said that all is well where it may not have been. */
  hasLied = false;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async query(text: string): Promise<QueryAnswer> {
    const { timeline, random } = this.#world;
    const ms = this.mood === 'down' ? WITHIN_MS : random.between(2, 60);
    await new Promise<void>((resolve) => void timeline.after(ms, resolve));
    const answer = this.#answer(text);
    if (answer.kind === 'values' && isWell(answer)) this.wellAt.set(subjectOf(text), timeline.now);
    return answer;
  }

  #answer(text: string): QueryAnswer {
    const all = (value: number): QueryAnswer => ({
      kind: 'values',
      elements: this.#hostsIn(text).map(({ id }) => ({ labels: id, value })),
    });
    switch (this.mood) {
      case 'truth': {
        const elements = this.#hostsIn(text).map((machine) => ({
          labels: machine.id,
          value: this.#errorsOf(machine),
        }));
        return { kind: 'values', elements };
      }
      case 'good':
        this.hasLied = true;
        return all(USUAL);
      case 'bad':
        return all(MANY);
      case 'empty':
        return { kind: 'values', elements: [] };
      case 'nan':
        return all(Number.NaN);
      case 'incomplete':
        return { kind: 'incomplete', cause: 'a part of the data is missing' };
      case 'down':
        return { kind: 'none', cause: 'connection refused' };
      default:
        return this.mood satisfies never;
    }
  }

  /** Those whom the regular expression of the query means; a name in it that stands for another one is found out here. */
  #hostsIn(text: string): Machine[] {
    const quoted = /host=~"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? '';
    const named = new RegExp(`^(?:${quoted.replaceAll(/\\(.)/g, '$1')})$`);
    return this.#world.machines.filter(({ id }) => named.test(id));
  }

  /** A daemon that does not run counts nothing. */
  #errorsOf({ id, daemon }: Machine): number {
    const costly = daemon.runs !== null && kindAt(this.#world.behaviourOf(daemon.runs), id) === 'costly';
    const wrong = daemon.runs !== null && daemon.answer('another').verdict === 'fail';
    return costly || wrong ? MANY : USUAL;
  }
}

/** Which wave of which rollout a query is about. */
function subjectOf(text: string): string {
  const [, rollout, wave] = /rollout="([^"]*)",wave="([^"]*)"/.exec(text) ?? [];
  return `${rollout} ${wave}`;
}

function isWell({ elements }: Extract<QueryAnswer, { kind: 'values' }>): boolean {
  return elements.length > 0 && elements.every(({ value }) => value < LIMIT);
}
