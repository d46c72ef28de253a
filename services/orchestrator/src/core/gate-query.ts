import {
  fail,
  inconclusive,
  noData,
  pass,
  PLACEHOLDER,
  type PrometheusGate,
  type Verdict,
} from '@breakwater/shared';
import { type Rollout, type Wave, waveName } from './rollout.ts';

/** One element of an answer: its labels in words, and its value. */
export interface Element {
  labels: string;
  value: number;
}

/** What a source has answered to an instant query: one element for each series, or nothing, with the cause. */
export type QueryAnswer =
  | { kind: 'values'; elements: readonly Element[] }
  /** The source itself warns that something may be missing. */
  | { kind: 'incomplete'; cause: string }
  | { kind: 'none'; cause: string };

/** Makes a text stand for itself between the quotes of a PromQL string. */
function quoted(text: string): string {
  return text.replaceAll(/[\\"'`]/g, '\\$&').replaceAll('\n', '\\n');
}

/** Makes a text stand for itself in a regular expression (RE2). */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** The query of a gate with what it names filled in. */
export function queryFor({ query }: PrometheusGate, rollout: Rollout, wave: Wave): string {
  const values: Record<string, string> = {
    wave: waveName(wave),
    datacenter: wave.datacenter ?? '',
    rollout: rollout.id,
    hosts: wave.hosts.map(literal).join('|'),
  };
  return query.replaceAll(PLACEHOLDER, (_, name: string) => quoted(values[name] ?? ''));
}

type Condition = PrometheusGate['condition'];

function meets(value: number, { is, value: limit }: Condition): boolean {
  switch (is) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    default:
      return is satisfies never;
  }
}

const SHOWN = 3;

function list(elements: readonly Element[]): string {
  const shown = elements.slice(0, SHOWN).map(({ labels, value }) => `${value}${labels && ` (${labels})`}`);
  const more = elements.length > SHOWN ? [`and ${elements.length - SHOWN} more`] : [];
  return [...shown, ...more].join(', ');
}

/**
 * Judges an answer. Every element must meet the condition: a query that tells hosts apart is about each of them. What is
 * empty, is no number, or may be incomplete is never a pass.
 */
export function judgeQuery({ condition }: PrometheusGate, answer: QueryAnswer): Verdict {
  if (answer.kind === 'none') return noData('query_no_data', answer.cause);
  if (answer.kind === 'incomplete') return inconclusive('query_incomplete', answer.cause);
  const { elements } = answer;
  const { is, value } = condition;
  if (elements.length === 0) return noData('query_no_data', 'the query found nothing');
  const endless = elements.filter((element) => !Number.isFinite(element.value));
  if (endless.length > 0) return noData('query_no_data', `the query gives no number: ${list(endless)}`);
  const missed = elements.filter((element) => !meets(element.value, condition));
  return missed.length > 0
    ? fail('condition_missed', `${list(missed)} is not ${is} ${value}`)
    : pass('condition_met', `${list(elements)} ${is} ${value}`);
}
