import type { Mark } from './panel.ts';
import { changed, stored } from './promql.ts';

/** What is marked over the panels of every dashboard, since it explains most of what they show. */
export const marks: readonly Mark[] = [
  { name: 'Halted by the machine', colour: 'red', expr: changed('halts') },
  { name: 'Halted, nobody has decided', colour: 'red', expr: `${stored('undecidedSeconds')} > 0` },
  { name: 'Began to roll back', colour: 'orange', expr: changed('rollbacks') },
  // One that has no data yet is nothing unusual; one that gets none halts at its deadline, which is marked.
  { name: 'A gate fails', colour: 'yellow', expr: `${stored('gateVerdicts', 'verdict="fail"')} > 0` },
  { name: 'Emergency under way', colour: 'purple', expr: `${stored('emergenciesUnderWay')} > 0` },
  { name: 'Line stopped', colour: 'orange', expr: `${stored('lineStopped')} > 0` },
];
