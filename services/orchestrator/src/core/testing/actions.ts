import type { ReportedState } from '@breakwater/shared';
import fc from 'fast-check';
import { VERBS } from '../event.ts';
import type { FleetHost } from '../fleet.ts';

/** What a host says of others, a status of itself, or a gate of a wave. */
const FINDINGS = ['pass', 'pass', 'fail', 'noData', 'inconclusive', 'pending', 'silence'] as const;
export type Finding = (typeof FINDINGS)[number];

export type Action =
  | { do: 'host'; index: number; bad: boolean; lost: boolean }
  | { do: 'allWell' }
  | { do: 'repeat'; index: number; state: ReportedState }
  | { do: 'time'; ms: number }
  | { do: 'verb'; verb: (typeof VERBS)[number]; index: number; by: string }
  | { do: 'health'; index: number; availability: FleetHost['availability'] }
  | { do: 'line'; stopped: boolean }
  /** What a host finds at all others that it is to ask, from now on: it may be true, a lie, or nothing at all. */
  | { do: 'vantage'; index: number; finds: Finding }
  | { do: 'restart' }
  /** What its status says of a host; `pass` is all well. */
  | { do: 'status'; index: number; says: Finding }
  | { do: 'drift'; index: number; drifted: boolean }
  | { do: 'order'; index: number; kind: 'drained' | 'removed' | 'none' }
  | { do: 'freeze'; frozen: boolean }
  | { do: 'gate'; tells: Finding }
  /** An emergency takes hosts over, from this one on. */
  | { do: 'overtake'; index: number; hosts: number }
  /** A person takes a store that has lost something as it is. */
  | { do: 'accept' };

const index = fc.nat(30);
const REPEATED: readonly ReportedState[] = [
  'ready',
  'soaking',
  'soaked',
  'confirmed',
  'applying',
  'reverting',
  'reverted',
  'revertFailed',
];
const AVAILABILITIES: readonly FleetHost['availability'][] = ['healthy', 'healthy', 'unhealthy', 'unknown'];
/** `bad` is rare enough that many histories get far. */
const rarely = fc.integer({ min: 0, max: 24 }).map((n) => n === 0);
const finding = fc.constantFrom(...FINDINGS);

/** One kind of random thing that may happen, with how often it does beside the others. */
function chance<K extends string, T extends object>(weight: number, kind: K, model: fc.Arbitrary<T>) {
  return { weight, arbitrary: model.map((rest): { do: K } & T => ({ do: kind, ...rest })) };
}

const one = fc.oneof(
  chance(40, 'allWell', fc.constant({})),
  chance(20, 'host', fc.record({ index, bad: rarely, lost: rarely })),
  chance(1, 'repeat', fc.record({ index, state: fc.constantFrom(...REPEATED) })),
  chance(6, 'time', fc.record({ ms: fc.constantFrom(1, 500, 1000, 5000, 60_000) })),
  chance(1, 'time', fc.record({ ms: fc.constantFrom(400_000, 400_000, 4_000_000) })),
  chance(
    3,
    'verb',
    fc.record({ verb: fc.constantFrom(...VERBS), index, by: fc.constantFrom('sam', 'alex') }),
  ),
  chance(2, 'verb', fc.record({ verb: fc.constant('approve' as const), index, by: fc.constant('alex') })),
  chance(1, 'health', fc.record({ index, availability: fc.constantFrom(...AVAILABILITIES) })),
  chance(1, 'line', fc.record({ stopped: fc.boolean() })),
  chance(4, 'vantage', fc.record({ index, finds: finding })),
  chance(1, 'restart', fc.constant({})),
  chance(1, 'status', fc.record({ index, says: finding })),
  chance(1, 'drift', fc.record({ index, drifted: rarely })),
  chance(1, 'order', fc.record({ index, kind: fc.constantFrom('drained', 'removed', 'none', 'none') })),
  chance(1, 'freeze', fc.record({ frozen: fc.boolean() })),
  chance(2, 'gate', fc.record({ tells: finding })),
  chance(1, 'overtake', fc.record({ index, hosts: fc.integer({ min: 1, max: 4 }) })),
  chance(1, 'accept', fc.constant({})),
);

export const actions: fc.Arbitrary<Action[]> = fc.array(one, { minLength: 20, maxLength: 200, size: 'max' });

const GATE = {
  kind: 'prometheus',
  name: 'errors',
  query: 'errors_total',
  condition: { is: '<', value: 1 },
  every: '1s',
  during: ['datacenter'],
  before: ['global'],
};

export const strategies = fc.record({
  vantage: fc.constantFrom(0, 1, 1, 2, 5),
  maxUnavailable: fc.constantFrom(1, 2, '20%', '50%'),
  failureThreshold: fc.constantFrom(0, 0, 1, 2),
  unreachable: fc.constantFrom('halt', 'skip'),
  onFailure: fc.constantFrom('halt', 'rollback'),
  canary: fc.record({ hosts: fc.constantFrom(1, 2), soak: fc.constantFrom('0s', '1s') }),
  datacenters: fc.constant({ soak: '1s' }),
  global: fc.constant({ soak: '1s' }),
  gates: fc.constantFrom([], [], [], [GATE]),
  approval: fc.constantFrom('none', 'none', { before: ['global'] }, { before: ['canary', 'datacenter'] }),
});

/** What is submitted besides the strategy. */
export const submissions = fc.constantFrom({}, {}, {}, { emergency: { incident: 'INC-7', expires: '1h' } });
