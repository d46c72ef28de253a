import { type Dashboard, NO_JUDGEMENT, NONE_IS_GOOD, NONE_IS_USUAL, type Panel, stat } from './panel.ts';
import { gathered, named, quantile, rate, stored } from './promql.ts';

/** Of more datacenters only the worst ones are shown where agents are asked themselves, whose labels nothing bounds. */
const WORST = 10;

/** Where the dashboard shows some datacenters only, these. */
const HERE = 'datacenter=~"$datacenter"';

const here = (key: Parameters<typeof stored>[0], matchers = ''): string =>
  stored(key, matchers === '' ? HERE : `${HERE},${matchers}`, ['datacenter']);

const everywhere = (key: Parameters<typeof stored>[0], matchers = ''): string =>
  stored(key, matchers === '' ? HERE : `${HERE},${matchers}`);

/** Labelled metrics without labels kept are the sum of all. */
const summed = (key: Parameters<typeof stored>[0]): string => `sum(${here(key)})`;

const now: readonly Panel[] = [
  stat({
    title: 'Not healthy',
    shows: 'Enrolled hosts that answer wrongly or of which nobody knows how they do.',
    bad: 'Anything but 0. They use the budget up, so rollouts wait for them.',
    next: '`breakwater hosts`, then docs/console.md on the host',
    expr: everywhere('hosts', 'availability!="healthy"'),
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  }),
  stat({
    title: 'Agents lost',
    shows: 'Agents that were heard of, and are no more. Their name servers may well go on answering.',
    bad: 'Anything but 0, above all several in one datacenter.',
    next: 'docs/runbooks/agents-lost.md',
    expr: everywhere('agents', 'link="lost"'),
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  }),
  stat({
    title: 'Agents connected',
    shows: 'Share of enrolled hosts whose agent was heard of lately, in the whole fleet.',
    bad: 'Less than all of them for longer than a restart takes.',
    next: 'docs/runbooks/agents-lost.md',
    expr: `${stored('agentsConnected')} / sum(${stored('hosts', '', ['datacenter'])})`,
    unit: 'percentunit',
    steps: [
      { from: null, colour: 'red' },
      { from: 0.98, colour: 'orange' },
      { from: 1, colour: 'green' },
    ],
    empty: 'store silent',
  }),
  stat({
    title: 'Drifted',
    shows: 'Hosts whose live configuration was changed by somebody else. No rollout touches them.',
    bad: 'Anything but 0.',
    next: 'docs/runbooks/drift.md',
    expr: summed('drifted'),
    steps: NONE_IS_USUAL,
    empty: 'store silent',
  }),
  stat({
    title: 'Drained',
    shows: 'Hosts that a person has taken out of service.',
    bad: 'Hosts that somebody has forgotten: they use the budget up, too.',
    next: '`breakwater hosts`, then `breakwater undrain`',
    expr: summed('drained'),
    steps: NONE_IS_USUAL,
    empty: 'store silent',
  }),
  stat({
    title: 'Name servers down',
    shows: 'Name servers that do not run, as their supervisors tell the agents that are scraped.',
    bad: 'Anything but 0 for longer than a restart takes.',
    next: 'docs/console.md: `breakwater-agent status` on the host',
    expr: gathered('sum', `1 - ${named('agentDaemonUp')}`),
    steps: NONE_IS_GOOD,
    empty: 'no agent is scraped',
  }),
];

const health: readonly Panel[] = [
  {
    title: 'Not healthy, by datacenter',
    shows: 'How many hosts of each datacenter answer wrongly, or nobody knows how.',
    bad: 'A strip that is not green; several at once are no matter of one host.',
    next: '`breakwater hosts`',
    shape: 'states',
    queries: [{ expr: here('hosts', 'availability!="healthy"'), legend: '{{datacenter}}' }],
    width: 12,
    height: 8,
    unit: 'none',
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  },
  {
    title: 'Budget used',
    shows:
      'Hosts that cannot be counted on, as a share of how many may be that. At 100 % no further host of that datacenter is taken.',
    bad: 'At or above the line while no rollout has a host in flight there: rollouts wait for these hosts to get well.',
    next: '`breakwater hosts`; undrain or mend what is down',
    shape: 'lines',
    queries: [
      {
        expr: `${here('budgetUsed')} / ${here('budgetLimit')}`,
        legend: '{{datacenter}}',
      },
    ],
    width: 12,
    height: 8,
    unit: 'percentunit',
    steps: [
      { from: null, colour: 'green' },
      { from: 1, colour: 'red' },
    ],
    empty: 'store silent',
  },
  {
    title: 'Agents by link',
    shows: 'Agents by whether they were heard of lately (connected), no more (lost) or not yet (never).',
    bad: 'lost grows. never that stays: a host was enrolled and its agent was not set up.',
    next: 'docs/runbooks/agents-lost.md',
    shape: 'stack',
    queries: [{ expr: stored('agents', HERE, ['link']), legend: '{{link}}' }],
    width: 12,
    height: 7,
    unit: 'none',
    steps: NO_JUDGEMENT,
    colours: { connected: 'green', lost: 'red', never: 'text' },
    empty: 'store silent',
  },
  {
    title: 'Drift and drained, by datacenter',
    shows: 'Hosts that somebody else has changed, and hosts that a person has taken out of service.',
    bad: 'drifted in several datacenters: another tool manages the same files.',
    next: 'docs/runbooks/drift.md',
    shape: 'lines',
    queries: [
      { expr: here('drifted'), legend: 'drifted {{datacenter}}' },
      { expr: here('drained'), legend: 'drained {{datacenter}}' },
    ],
    width: 12,
    height: 7,
    unit: 'none',
    steps: NO_JUDGEMENT,
    empty: 'store silent',
  },
];

const what: readonly Panel[] = [
  {
    title: 'Hosts by generation',
    shows:
      'What hosts run: the newest change that succeeded for them, the one before it, one that is under way, another one, or none known.',
    bad: 'previous or other that stays after a rollout has succeeded: hosts that catch up late, or not at all.',
    next: '`breakwater hosts` shows desired and confirmed of each',
    shape: 'stack',
    queries: [{ expr: stored('generations', HERE, ['rank']), legend: '{{rank}}' }],
    width: 12,
    height: 8,
    unit: 'none',
    steps: NO_JUDGEMENT,
    colours: { newest: 'green', under_way: 'blue', previous: 'yellow', other: 'orange', none: 'text' },
    empty: 'store silent',
  },
  {
    title: 'Questions, by what became of them',
    shows: 'Questions that agents ask their name servers each second, by result.',
    bad: 'Any other result than the usual one grows. Nothing at all: no agent is scraped.',
    next: 'docs/console.md on a host',
    shape: 'lines',
    queries: [{ expr: gathered('sum', rate('agentChecks', HERE), ['result']), legend: '{{result}}' }],
    width: 12,
    height: 8,
    unit: 'reqps',
    steps: NO_JUDGEMENT,
    empty: 'no agent is scraped',
  },
  {
    title: 'Time to answer, the slowest datacenters',
    shows: `Within what time nine of ten questions are answered to the agents; the ${WORST} slowest datacenters.`,
    bad: 'One datacenter that is far from the others.',
    next: 'docs/console.md on a host there',
    shape: 'lines',
    queries: [
      {
        expr: `topk(${WORST}, ${quantile(0.9, 'agentCheckSeconds', ['datacenter'])})`,
        legend: '{{datacenter}}',
      },
    ],
    width: 12,
    height: 7,
    unit: 's',
    steps: NO_JUDGEMENT,
    empty: 'no agent is scraped',
  },
  {
    title: 'Ends of name servers, by datacenter',
    shows: `How often name servers ended within the time shown, restarts for a change included; the ${WORST} datacenters with the most.`,
    bad: 'More than one for each host and change: a name server does not stay up.',
    next: 'docs/console.md: `breakwater-agent status` on the host',
    shape: 'bars',
    queries: [
      {
        expr: `topk(${WORST}, sum by (datacenter) (${named('agentDaemonExits', HERE)} - min_over_time(${named('agentDaemonExits', HERE)}[$__range])))`,
        legend: '{{datacenter}}',
      },
    ],
    width: 12,
    height: 7,
    unit: 'none',
    steps: NO_JUDGEMENT,
    empty: 'no agent is scraped',
  },
];

/** How the hosts are, whatever changes are doing. */
export const fleet: Dashboard = {
  uid: 'breakwater-fleet',
  title: 'Breakwater: Fleet',
  description: 'Which hosts cannot be counted on, where, and what do all of them run?',
  rows: [
    { title: 'Who cannot be counted on?', panels: now },
    { title: 'Where?', panels: health },
    { title: 'What do they run, and how do they answer?', panels: what },
  ],
};
