import { WAVE_STATES, type WaveState } from '@breakwater/shared';
import {
  type Colour,
  type Dashboard,
  NO_JUDGEMENT,
  NONE_IS_GOOD,
  NONE_IS_USUAL,
  type Panel,
  stat,
  type Word,
} from './panel.ts';
import { changedHosts } from './changed-hosts.ts';
import { orNothing, risen, risenByLabel, stored } from './promql.ts';

/** What a strip shows of a wave. Where several rollouts have one at the same place, the largest number is shown: the most urgent. */
const WAVES: Readonly<Record<WaveState, { rank: number; colour: Colour }>> = {
  pending: { rank: 1, colour: 'text' },
  skipped: { rank: 2, colour: 'purple' },
  passed: { rank: 3, colour: 'green' },
  soaking: { rank: 4, colour: 'yellow' },
  running: { rank: 5, colour: 'blue' },
  failed: { rank: 6, colour: 'red' },
};

const waveWords: readonly Word[] = [
  { value: 0, text: 'none', colour: 'text' },
  ...WAVE_STATES.map((state) => ({ value: WAVES[state].rank, text: state, colour: WAVES[state].colour })),
];

const mostUrgent = `max by (kind, datacenter) (${WAVE_STATES.map(
  (state) =>
    `${stored('waves', `state="${state}"`, ['kind', 'datacenter', 'state'])} * 0 + ${WAVES[state].rank}`,
).join(' or ')})`;

const now: readonly Panel[] = [
  stat({
    title: 'Halted',
    shows: 'Rollouts that the machine has stopped and that nobody has decided about.',
    bad: 'Anything but 0. Nothing more is touched; hosts that were confirmed keep the change.',
    next: 'docs/runbooks/halted-undecided.md',
    expr: stored('rollouts', 'state="halted"'),
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  }),
  stat({
    title: 'Waiting for a decision',
    shows: 'For how long the oldest halted rollout has been waiting for a person; 0 while none is halted.',
    bad: 'It grows. From half an hour on there is an alert of its own.',
    next: 'docs/runbooks/halted-undecided.md',
    expr: stored('undecidedSeconds'),
    unit: 's',
    steps: [
      { from: null, colour: 'green' },
      { from: 1, colour: 'orange' },
      { from: 1800, colour: 'red' },
    ],
    empty: 'store silent',
  }),
  stat({
    title: 'Under way',
    shows: 'Rollouts that go on, or could: all that still own their hosts and are not halted.',
    bad: 'One that stays for hours without a wave that moves below: it waits for a person, a gate or the line.',
    next: '`breakwater status`, then `breakwater timeline`',
    expr: stored('rollouts', 'state!="halted"'),
    steps: NO_JUDGEMENT,
    empty: 'store silent',
  }),
  stat({
    title: 'Failed hosts',
    shows: 'Hosts of rollouts under way that failed, were lost, or could not go back.',
    bad: 'Anything but 0. A host that has gone back to its old configuration is counted as reverted instead.',
    next: '`breakwater status` names them',
    expr: stored('waveHosts', 'state=~"failed|lost|revertFailed|reverting|reverted"'),
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  }),
  stat({
    title: 'Line stopped',
    shows: 'Whether a person has stopped the line: no rollout starts or takes a further host.',
    bad: 'Stopped, and nobody in the room knows why.',
    next: 'docs/runbooks/line-stopped-long.md',
    expr: stored('lineStopped'),
    steps: NONE_IS_USUAL,
    words: [
      { value: 0, text: 'runs', colour: 'green' },
      { value: 1, text: 'STOPPED', colour: 'orange' },
    ],
    empty: 'store silent',
  }),
  stat({
    title: 'Emergencies',
    shows: 'Emergency rollouts that still own their hosts.',
    bad: 'One that nobody has announced.',
    next: 'docs/runbooks/emergency-in-use.md',
    expr: stored('emergenciesUnderWay'),
    steps: NONE_IS_USUAL,
    empty: 'store silent',
  }),
];

const howFar: readonly Panel[] = [
  {
    title: 'Waves',
    shows:
      'Where each wave of the rollouts under way stands. A rollout that is over owns no hosts, and leaves the strips.',
    bad: 'Red, or one colour for much longer than its soak.',
    next: '`breakwater timeline`; halts are marked, see docs/runbooks/halted-undecided.md',
    shape: 'states',
    queries: [{ expr: orNothing(mostUrgent, 'kind', 'no rollout'), legend: '{{kind}} {{datacenter}}' }],
    width: 24,
    height: 8,
    unit: 'none',
    steps: [{ from: null, colour: 'text' }],
    words: waveWords,
    empty: 'store silent',
  },
  {
    title: 'Hosts by state',
    shows: 'Hosts of the rollouts under way, by where they stand in them.',
    bad: 'Red or orange growing; or nothing moving while a wave runs.',
    next: '`breakwater status`; on a host docs/console.md',
    shape: 'stack',
    queries: [
      { expr: orNothing(`${stored('waveHosts', '', ['state'])} > 0`, 'state', 'none'), legend: '{{state}}' },
    ],
    width: 12,
    height: 8,
    unit: 'none',
    steps: NO_JUDGEMENT,
    colours: {
      pending: 'text',
      confirmed: 'green',
      soaking: 'yellow',
      applying: 'blue',
      failed: 'red',
      lost: 'red',
      revertFailed: 'red',
      reverting: 'orange',
      reverted: 'orange',
      skipped: 'purple',
    },
    empty: 'store silent',
  },
  {
    title: 'Failures by reason',
    shows: 'Hosts that failed in rollouts within the time shown, by reason code.',
    bad: 'Any bar with a reason code as its name.',
    next: 'docs/errors.md says what a reason code means',
    shape: 'bars',
    queries: [{ expr: orNothing(risenByLabel('failures', 'code'), 'code', 'none'), legend: '{{code}}' }],
    width: 6,
    height: 8,
    unit: 'none',
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  },
  {
    title: 'Halts and ways back',
    shows: 'How often rollouts were halted, and began to roll back, within the time shown.',
    bad: 'More halts than changes that were meant to be difficult.',
    next: 'docs/runbooks/halted-undecided.md',
    shape: 'bars',
    queries: [
      { expr: risen('halts'), legend: 'halts' },
      { expr: risen('rollbacks'), legend: 'rollbacks' },
    ],
    width: 6,
    height: 8,
    unit: 'none',
    steps: NONE_IS_USUAL,
    empty: 'store silent',
  },
];

/** What changes are doing, from "is anything halted" to why. */
export const rollout: Dashboard = {
  uid: 'breakwater-rollout',
  title: 'Breakwater: Rollout',
  description: 'Is anything halted, how far did it get, and how do changed hosts answer?',
  rows: [
    { title: 'Is anything halted?', panels: now },
    { title: 'How far did it get, and what failed?', panels: howFar },
    { title: 'How do changed hosts answer?', panels: changedHosts },
  ],
};
