import { ROLLOUT_STATES, type Sample } from '@breakwater/shared';
import { readTally } from '../tallies.ts';
import { hostSamples } from './hosts.ts';
import { measuredSamples } from './measured.ts';
import { one, type Overview, secondsSince } from './overview.ts';
import { rolloutSamples } from './rollouts.ts';

/** The values of all metrics that are read from the store. What is not known has no sample, which is not the same as 0. */
export function samplesOf(overview: Overview): Sample[] {
  return [
    ...rolloutSamples(overview),
    ...hostSamples(overview),
    ...measuredSamples(overview),
    ...lineSamples(overview),
    ...pageSamples(overview),
    ...tallySamples(overview.tallies),
    one('logSequence', overview.sequence),
  ];
}

function lineSamples({ line, now }: Overview): Sample[] {
  const since = line.stopped ? line.since : null;
  return [one('lineStopped', line.stopped ? 1 : 0), one('lineStoppedSeconds', secondsSince(since, now))];
}

function pageSamples({ pagesSince, now }: Overview): Sample[] {
  const oldest = pagesSince.length === 0 ? null : Math.min(...pagesSince);
  return [
    one('pagesUndelivered', pagesSince.length),
    one('pagesUndeliveredSeconds', secondsSince(oldest, now)),
  ];
}

/** A counter that is first shown as 1 has not risen, to whoever looks at it: all whose labels are known are shown from 0 on. */
const FROM_ZERO = [
  'halts',
  'rollbacks',
  'emergencies submitted',
  'emergencies started',
  ...ROLLOUT_STATES.map((state) => `stateChanges ${state}`),
];

function tallySamples(tallies: Overview['tallies']): Sample[] {
  const all = new Map([...FROM_ZERO.map((name) => [name, 0] as const), ...tallies]);
  return [...all].flatMap(([name, value]): Sample[] => {
    const { counter, label } = readTally(name);
    switch (counter) {
      case 'halts':
      case 'rollbacks':
        return [one(counter, value)];
      case 'stateChanges':
        return label === undefined ? [] : [{ metric: counter, labels: { to: label }, value }];
      case 'failures':
        return label === undefined ? [] : [{ metric: counter, labels: { code: label }, value }];
      case 'emergencies':
        return label === undefined ? [] : [{ metric: counter, labels: { step: label }, value }];
      default:
        return [];
    }
  });
}
