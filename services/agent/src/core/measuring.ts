import { type Digest, MOST_LATENCIES, type Measures } from '@breakwater/shared';
import type { Answer, Question } from './answer.ts';
import type { Zone } from './baseline.ts';
import { isOwnZone } from './judge-baseline.ts';
import type { Memory } from './memory.ts';
import { soaQuestion, spread } from './plan-questions.ts';
import type { Phase } from './transitions.ts';

/**
 * How a host measures itself, in milliseconds. Every host of a rollout keeps this pace, changed or not: a daemon that is
 * asked more often answers faster, and only what is measured alike can be compared.
 */
export const MEASURING = { every: 1000, timeout: 1000, window: 30_000 } as const;

/** Few enough to cost nothing beside a host's own checks. */
const ZONES = 4;

/** Phases in which the daemon is let be: while it is restarted it answers nothing, which tells nothing of the change. */
const STEADY: readonly (Phase | 'none')[] = [
  'none',
  'accepted',
  'ready',
  'rejected',
  'soaking',
  'soaked',
  'confirmed',
  'reverted',
];

/** Whether what is measured now tells anything about the generation that is live. */
export function isSteady(memory: Memory): boolean {
  return STEADY.includes(memory.change?.phase ?? 'none');
}

/** One question that was asked: when, and how long its answer took; `null` when it was not answered with NOERROR. */
export interface Sample {
  at: number;
  latencyMs: number | null;
}

/** What was measured of one generation, oldest first. */
export interface Measured {
  generation: Digest;
  samples: readonly Sample[];
}

/**
 * The questions of one round: a few of the host's own zones over UDP, and one of them over TCP. The same zones each time,
 * so that one round is like the other.
 */
export function measuringQuestions(zones: readonly Zone[]): Question[] {
  const names = spread([...new Set(zones.filter(isOwnZone).map(({ name }) => name))].toSorted(), ZONES);
  const asked = names.length === 0 ? ['.'] : names;
  const questions = [...asked.map((name) => soaQuestion(name)), soaQuestion(asked[0] ?? '.', 'tcp')];
  return questions.map((question) => ({ ...question, timeoutMs: MEASURING.timeout }));
}

/** Adds a round. What was measured of another generation says nothing about this one, nor what is too old about now. */
export function addSamples(
  known: Measured | null,
  generation: Digest,
  answers: readonly Answer[],
  at: number,
): Measured {
  const before = known?.generation === generation ? known.samples : [];
  const added = answers.map((answer): Sample => {
    const good = answer.kind === 'answer' && answer.rcode === 'NOERROR';
    return { at, latencyMs: good ? answer.latencyMs : null };
  });
  return { generation, samples: [...recent(before, at), ...added] };
}

function recent(samples: readonly Sample[], now: number): Sample[] {
  return samples.filter(({ at }) => now - at <= MEASURING.window);
}

/** What is told of the last half minute; `undefined` when nothing was measured in it. */
export function measuresOf(measured: Measured | null, now: number): Measures | undefined {
  const samples = recent(measured?.samples ?? [], now);
  if (samples.length === 0) return undefined;
  const latencies = samples.flatMap(({ latencyMs }) => latencyMs ?? []);
  return {
    asked: samples.length,
    failed: samples.length - latencies.length,
    latencies: spread(latencies, MOST_LATENCIES),
  };
}
