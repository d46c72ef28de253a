import { NO_JUDGEMENT, type Panel } from './panel.ts';
import { named, orNothing, quantile, stored } from './promql.ts';

const latency = (side: string, statistic: string): string =>
  stored('measuredLatency', `side="${side}",statistic="${statistic}"`);

/** How hosts answer that have the change, beside those that have not. */
export const changedHosts: readonly Panel[] = [
  {
    title: 'Changed hosts against the others',
    shows:
      'How long changed hosts of the newest wave take to answer, and untouched ones of the same rollouts at the same moment. Only while a rollout with a gate of the kind comparison is under way.',
    bad: 'The changed line well above the other one. Both rising together is load, not the change.',
    next: 'docs/runbooks/canary-slower.md',
    shape: 'lines',
    queries: ['changed', 'unchanged'].flatMap((side) =>
      ['median', 'p90'].map((statistic) => ({
        expr: latency(side, statistic),
        legend: `${side}, ${statistic}`,
      })),
    ),
    width: 8,
    height: 8,
    unit: 's',
    steps: NO_JUDGEMENT,
    colours: {
      'changed, median': 'orange',
      'changed, p90': 'red',
      'unchanged, median': 'green',
      'unchanged, p90': 'blue',
    },
    empty: 'nothing is compared now',
  },
  {
    title: 'Unanswered questions',
    shows:
      'Share of questions that changed hosts failed to answer, and untouched ones. Only while they are compared.',
    bad: 'The changed line above the other one.',
    next: 'docs/gates.md, docs/runbooks/canary-slower.md',
    shape: 'lines',
    queries: ['changed', 'unchanged'].map((side) => ({
      expr: stored('measuredFailures', `side="${side}"`),
      legend: side,
    })),
    width: 8,
    height: 8,
    unit: 'percentunit',
    steps: NO_JUDGEMENT,
    colours: { changed: 'red', unchanged: 'green' },
    empty: 'nothing is compared now',
  },
  {
    title: 'Gates',
    shows: 'Gates of the newest wave that are measured, by what the last measurement told.',
    bad: 'fail halts. inconclusive and noData keep the rollout waiting, and halt it at their deadline.',
    next: 'docs/gates.md',
    shape: 'stack',
    queries: [
      {
        expr: orNothing(`${stored('gateVerdicts', '', ['verdict'])} > 0`, 'verdict', 'none measured'),
        legend: '{{verdict}}',
      },
    ],
    width: 8,
    height: 8,
    unit: 'none',
    steps: NO_JUDGEMENT,
    colours: { pass: 'green', fail: 'red', inconclusive: 'orange', noData: 'orange', pending: 'blue' },
    empty: 'store silent',
  },
  {
    title: 'Name servers, as their agents ask them',
    shows:
      "How long the fleet's name servers take to answer their own agents; half of all answers, and nine of ten.",
    bad: 'A step upwards right after a wave began. No line at all: no agent is scraped, or none asks.',
    next: 'docs/console.md on a host that is slow; the dashboard "Fleet" has it by datacenter',
    shape: 'lines',
    queries: [
      { expr: quantile(0.5, 'agentCheckSeconds'), legend: 'median' },
      { expr: quantile(0.9, 'agentCheckSeconds'), legend: 'p90' },
    ],
    width: 12,
    height: 7,
    unit: 's',
    steps: NO_JUDGEMENT,
    empty: 'no agent is scraped',
  },
  {
    title: 'From the first sign to the halt',
    shows:
      'Seconds from the first sign of a failure to the durable halt, since the orchestrators started: the mean.',
    bad: 'More than a few seconds. 0 stands for no halt yet.',
    next: 'docs/metrics.md; the dashboard "Orchestrator" shows what decisions cost',
    shape: 'stat',
    queries: [
      {
        expr: `sum(${named('haltSeconds')}_sum) / (sum(${named('haltSeconds')}_count) > 0) or sum(${named('haltSeconds')}_count)`,
        legend: 'mean',
      },
    ],
    width: 12,
    height: 7,
    unit: 's',
    steps: [
      { from: null, colour: 'green' },
      { from: 5, colour: 'orange' },
      { from: 30, colour: 'red' },
    ],
    empty: 'no orchestrator answers',
  },
];
