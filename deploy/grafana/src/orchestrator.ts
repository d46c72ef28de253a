import { type Dashboard, NO_JUDGEMENT, NONE_IS_GOOD, type Panel, stat } from './panel.ts';
import { gathered, named, ORCHESTRATORS, quantile, rate, stored } from './promql.ts';

const now: readonly Panel[] = [
  stat({
    title: 'Orchestrators down',
    shows: 'Orchestrators that do not answer Prometheus.',
    bad: 'Anything but 0. With all of them down nothing is rolled out, and no halt is paged. "not scraped" is as bad.',
    next: 'docs/runbooks/orchestrator-silent.md',
    expr: `sum(1 - up{${ORCHESTRATORS}})`,
    steps: NONE_IS_GOOD,
    empty: 'not scraped',
  }),
  stat({
    title: 'Store',
    shows:
      'Whether the store answers at least one orchestrator. While it does not, what is read from it is absent everywhere.',
    bad: 'SILENT: no rollout goes on.',
    next: 'docs/runbooks/store-down.md',
    expr: gathered('max', named('storeUp')),
    steps: [{ from: null, colour: 'red' }],
    words: [
      { value: 0, text: 'SILENT', colour: 'red' },
      { value: 1, text: 'answers', colour: 'green' },
    ],
    empty: 'nobody knows',
  }),
  stat({
    title: 'Nothing is granted',
    shows:
      'Orchestrators that do not believe the store (safe mode), or find that it could lose what was acknowledged.',
    bad: 'Anything but 0.',
    next: 'docs/runbooks/safe-mode.md, docs/runbooks/store-unsafe.md',
    expr: gathered('sum', `clamp_max(${named('safeMode')} + ${named('storeUnsafe')}, 1)`),
    steps: NONE_IS_GOOD,
    empty: 'nobody knows',
  }),
  stat({
    title: 'Pages nobody took',
    shows: 'Pages that no channel has taken yet.',
    bad: 'Anything but 0 for longer than a few seconds: people do not know what they should.',
    next: 'docs/runbooks/page-not-delivered.md',
    expr: stored('pagesUndelivered'),
    steps: NONE_IS_GOOD,
    empty: 'store silent',
  }),
  stat({
    title: 'The oldest of them',
    shows: 'How old the oldest page is that no channel has taken; 0 while there is none.',
    bad: 'It grows. From one minute on there is an alert.',
    next: 'docs/runbooks/page-not-delivered.md',
    expr: stored('pagesUndeliveredSeconds'),
    unit: 's',
    steps: [
      { from: null, colour: 'green' },
      { from: 5, colour: 'orange' },
      { from: 60, colour: 'red' },
    ],
    empty: 'store silent',
  }),
  stat({
    title: 'Freeze window',
    shows: 'Whether a freeze window of the configuration is in force: rollouts wait for its end.',
    bad: 'A freeze that nobody expects.',
    next: '`breakwater status` names it',
    expr: gathered('max', named('freezeActive')),
    steps: NO_JUDGEMENT,
    words: [
      { value: 0, text: 'none', colour: 'green' },
      { value: 1, text: 'IN FORCE', colour: 'orange' },
    ],
    empty: 'nobody knows',
  }),
];

const pages: readonly Panel[] = [
  {
    title: 'Pages by outcome',
    shows: 'Attempts to deliver a page within the time shown, by channel and outcome.',
    bad: 'failed or refused. Every channel failing leaves a page that nobody took.',
    next: 'docs/pages.md, docs/runbooks/page-not-delivered.md',
    shape: 'bars',
    queries: [
      {
        expr: `sum by (channel, outcome) (${named('pages')} - min_over_time(${named('pages')}[$__range]))`,
        legend: '{{channel}} {{outcome}}',
      },
    ],
    width: 12,
    height: 8,
    unit: 'none',
    steps: NO_JUDGEMENT,
    empty: 'no channel is set up',
  },
  {
    title: 'Queue',
    shows:
      'Wake-up jobs by state. Jobs that wait for their time are delayed; there is one for each wave that is looked after.',
    bad: 'waiting or failed that stays: nobody takes jobs up.',
    next: 'docs/runbooks/orchestrator-silent.md',
    shape: 'lines',
    queries: [{ expr: stored('queueDepth', '', ['state']), legend: '{{state}}' }],
    width: 12,
    height: 8,
    unit: 'none',
    steps: NO_JUDGEMENT,
    colours: { failed: 'red', waiting: 'orange' },
    empty: 'store silent',
  },
];

const work: readonly Panel[] = [
  {
    title: 'Time of a decision',
    shows: 'Seconds that a decision took, saving included: half of them, and 99 of 100.',
    bad: 'p99 above a second. No line: nothing had to be decided.',
    next: 'the panels beside this one say whether it is the store or the process',
    shape: 'lines',
    queries: [
      { expr: quantile(0.5, 'decisionSeconds'), legend: 'median' },
      { expr: quantile(0.99, 'decisionSeconds'), legend: 'p99' },
    ],
    width: 12,
    height: 8,
    unit: 's',
    steps: NO_JUDGEMENT,
    empty: 'nothing was decided',
  },
  {
    title: 'Time of the store',
    shows:
      'Seconds that the store took to answer or to fail, 99 of 100, by operation. A commit waits for the disk.',
    bad: 'A step upwards: the disk of Redis, or what else runs there.',
    next: 'docs/runbooks/store-down.md',
    shape: 'lines',
    queries: [{ expr: quantile(0.99, 'storeSeconds', ['operation']), legend: '{{operation}}' }],
    width: 12,
    height: 8,
    unit: 's',
    steps: NO_JUDGEMENT,
    empty: 'nobody asked the store',
  },
  {
    title: 'Event loop',
    shows: 'By how much the event loop of each orchestrator was late at worst within the last minute.',
    bad: 'More than half a second: the process, or its machine, is overloaded, and halts come late.',
    next: 'processor and memory beside this; docs/runbooks/orchestrator-silent.md',
    shape: 'lines',
    queries: [
      { expr: gathered('max', named('eventLoopDelay', ORCHESTRATORS), ['instance']), legend: '{{instance}}' },
    ],
    width: 8,
    height: 7,
    unit: 's',
    steps: [
      { from: null, colour: 'green' },
      { from: 0.5, colour: 'red' },
    ],
    empty: 'not scraped',
  },
  {
    title: 'Processor',
    shows: 'Processor time that each orchestrator uses. One whole processor is all that it can use well.',
    bad: 'Close to 100 % for minutes.',
    next: 'docs/runbooks/orchestrator-silent.md',
    shape: 'lines',
    queries: [{ expr: gathered('sum', rate('cpu', ORCHESTRATORS), ['instance']), legend: '{{instance}}' }],
    width: 8,
    height: 7,
    unit: 'percentunit',
    steps: [
      { from: null, colour: 'green' },
      { from: 0.9, colour: 'red' },
    ],
    empty: 'not scraped',
  },
  {
    title: 'Memory',
    shows: 'Resident memory of each orchestrator.',
    bad: 'It grows for days.',
    next: 'docs/metrics.md',
    shape: 'lines',
    queries: [
      { expr: gathered('max', named('memory', ORCHESTRATORS), ['instance']), legend: '{{instance}}' },
    ],
    width: 8,
    height: 7,
    unit: 'bytes',
    steps: NO_JUDGEMENT,
    empty: 'not scraped',
  },
  {
    title: 'Decided again',
    shows:
      'Decisions each second that were made again, since somebody else had written first. Some are usual with several orchestrators.',
    bad: 'More than decisions themselves for minutes.',
    next: '`breakwater audit` shows who writes',
    shape: 'lines',
    queries: [{ expr: gathered('sum', rate('conflicts')), legend: 'conflicts' }],
    width: 12,
    height: 7,
    unit: 'cps',
    steps: NO_JUDGEMENT,
    empty: 'not scraped',
  },
  {
    title: 'Events written',
    shows: 'Events each second that are written to the audit log.',
    bad: 'None while a rollout is under way.',
    next: '`breakwater timeline`',
    shape: 'lines',
    queries: [{ expr: `max(deriv(${named('logSequence')}[$__rate_interval]))`, legend: 'events' }],
    width: 12,
    height: 7,
    unit: 'cps',
    steps: NO_JUDGEMENT,
    empty: 'store silent',
  },
];

/** How Breakwater itself is. */
export const orchestrator: Dashboard = {
  uid: 'breakwater-orchestrator',
  title: 'Breakwater: Orchestrator',
  description: 'Do the orchestrators, their store and their pagers work?',
  rows: [
    { title: 'Does it work?', panels: now },
    { title: 'Does anybody hear of it, and does it look after its rollouts?', panels: pages },
    { title: 'What does it cost?', panels: work },
  ],
};
