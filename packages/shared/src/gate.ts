import { z } from 'zod';
import { Duration, formatDuration } from './duration.ts';
import { WAVE_KINDS, type WaveKind } from './states.ts';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';

/** How many latencies of one host travel, and so how many samples a canary of one host can give. */
export const MOST_LATENCIES = 50;

/** Shorter, and a source that answers slowly once would fail a gate whose every answer is good. */
const SHORTEST_DEADLINE_MS = 10_000;
const SHORTEST_PACE_MS = 1000;

const Kinds = z.array(z.enum(WAVE_KINDS)).max(WAVE_KINDS.length);

const paced = {
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'write a lower-case name such as "error-budget"'),
  /** How often it is measured. */
  every: Duration.default(10_000),
  /** How many measurements of one wave may miss the condition: the wave's error budget. */
  tolerate: z.int().min(0).max(10_000).default(0),
  /** For how long it may tell neither pass nor fail until that is a failure: no data is never a pass. */
  deadline: Duration.default(60_000),
};

/** What the value of a query is held against. */
export const CONDITIONS = ['<', '<=', '>', '>='] as const;
const Condition = z.strictObject({ is: z.enum(CONDITIONS), value: z.number() });

/** An instant query of Prometheus, every element of whose answer must meet a condition. */
const PrometheusGate = z.strictObject({
  kind: z.literal('prometheus'),
  ...paced,
  /** PromQL, with `{{wave}}`, `{{datacenter}}`, `{{rollout}}` and `{{hosts}}` (the wave's, as a regular expression). */
  query: z.string().trim().min(1).max(4000).regex(PRINTABLE, PRINTABLE_RULE),
  condition: Condition,
  /** Waves that do not begin before it has passed. */
  before: Kinds.default([]),
  /** Waves during which it is measured, and whose hosts are not kept unless it passes at the end of their soak. */
  during: Kinds.default([]),
});
export type PrometheusGate = z.infer<typeof PrometheusGate>;

/** Changed hosts against those that are not changed yet, by what they measure of themselves at the same moment. */
const ComparisonGate = z.strictObject({
  kind: z.literal('comparison'),
  ...paced,
  /** After the global wave nobody is left to compare with. */
  during: z
    .array(z.enum(['canary', 'datacenter']))
    .min(1)
    .max(2),
  /** How many latencies either side must have. */
  minSamples: z.int().min(20).max(MOST_LATENCIES).default(30),
  /** How probable a difference may be between hosts that do not differ, until it is believed. */
  significance: z.number().min(0.0001).max(0.05).default(0.01),
  /** What a difference of the medians must exceed to matter: both of these. */
  maxSlower: z
    .strictObject({
      ratio: z.number().min(1.05).max(100).default(1.5),
      by: Duration.refine((ms) => ms >= 1, 'must be at least 1ms').default(5),
    })
    .prefault({}),
  /** By how much the share of failed questions must be larger to matter. */
  maxMoreFailing: z.number().min(0).max(0.5).default(0.02),
});
export type ComparisonGate = z.infer<typeof ComparisonGate>;

/** Something outside the hosts' own checks that must hold for a rollout to go on. */
export const Gate = z.discriminatedUnion('kind', [PrometheusGate, ComparisonGate]);
export type Gate = z.infer<typeof Gate>;

/** What a query may name in double braces. Braces do not double in PromQL itself. */
export const PLACEHOLDERS = ['wave', 'datacenter', 'rollout', 'hosts'] as const;
export const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

interface GateFault {
  path: (string | number)[];
  message: string;
}

/** How long the hosts of each kind of wave soak, in milliseconds. */
export type Soaks = Readonly<Record<WaveKind, number>>;

/**
 * Gates that could never do what they are there for. They are refused and never corrected.
 * @returns one fault for each, with its path below the strategy.
 */
export function unsafeGateFaults(gates: readonly Gate[], soaks: Soaks): GateFault[] {
  return gates.flatMap((gate, index) => {
    const same = gates.findIndex(({ name }) => name === gate.name);
    const faults = [...paceFaults(gate), ...soakFaults(gate, soaks), ...queryFaults(gate)];
    if (same !== index) faults.push({ path: ['name'], message: `is the name of gate ${same} too` });
    return faults.map(({ path, message }) => ({ path: ['gates', index, ...path], message }));
  });
}

function paceFaults({ every, deadline, during }: Gate): GateFault[] {
  const faults: GateFault[] = [];
  if (every < SHORTEST_PACE_MS) faults.push({ path: ['every'], message: 'must be at least 1s' });
  if (deadline < Math.max(SHORTEST_DEADLINE_MS, every))
    faults.push({ path: ['deadline'], message: 'must be at least 10s, and not shorter than every' });
  if (new Set(during).size !== during.length)
    faults.push({ path: ['during'], message: 'names a kind of wave twice' });
  return faults;
}

/** A gate must be able to fail, and to be measured within the soak that it is to prove. */
function soakFaults({ every, tolerate, during }: Gate, soaks: Soaks): GateFault[] {
  return during.flatMap((kind): GateFault[] => {
    const soak = soaks[kind];
    const where = `the soak of the ${kind} wave (${formatDuration(soak)})`;
    if (every > soak) return [{ path: ['every'], message: `must not be longer than ${where}` }];
    const possible = Math.floor(soak / every);
    if (tolerate < possible) return [];
    return [
      { path: ['tolerate'], message: `must be lower than ${possible}, all that is measured in ${where}` },
    ];
  });
}

function queryFaults(gate: Gate): GateFault[] {
  if (gate.kind === 'comparison') return [];
  const { query, before, during } = gate;
  const faults: GateFault[] = [];
  if (before.length + during.length === 0)
    faults.push({ path: ['during'], message: 'must name a kind of wave where before names none' });
  if (new Set(before).size !== before.length)
    faults.push({ path: ['before'], message: 'names a kind of wave twice' });
  const named = [...query.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = named.filter((name) => !PLACEHOLDERS.some((known) => known === name));
  faults.push(
    ...unknown.map((name) => ({
      path: ['query'],
      message: `names {{${name}}}; there are {{${PLACEHOLDERS.join('}}, {{')}}}`,
    })),
  );
  const elsewhere = [...before, ...during].some((kind) => kind !== 'datacenter');
  if (named.includes('datacenter') && elsewhere)
    faults.push({ path: ['query'], message: 'names {{datacenter}}, which only datacenter waves have' });
  return faults;
}
