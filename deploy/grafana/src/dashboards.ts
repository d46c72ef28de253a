import { build } from './build.ts';
import { fleet } from './fleet.ts';
import { orchestrator } from './orchestrator.ts';
import type { Dashboard } from './panel.ts';
import { rollout } from './rollout.ts';

/** All dashboards. */
export const dashboards: readonly Dashboard[] = [rollout, fleet, orchestrator];

/** The file that Grafana is given for a dashboard, and what is in it. */
export function fileOf(dashboard: Dashboard): { name: string; text: string } {
  return { name: `${dashboard.uid}.json`, text: `${JSON.stringify(build(dashboard), null, 2)}\n` };
}
