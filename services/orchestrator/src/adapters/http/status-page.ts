import type { Line } from '../../core/line.ts';
import { type Rollout, rowsOf, waveName } from '../../core/rollout.ts';
import { ENDED } from '../../core/transitions.ts';
import { type Html, html } from './html.ts';
import type { HostView, Operations } from './interface.ts';
import { isoTime } from './view.ts';

interface Sight {
  hosts: readonly HostView[];
  rollouts: readonly Rollout[];
  line: Line;
  /** What keeps this orchestrator from working, such as a page that nobody takes. */
  unready: readonly string[];
}

/**
 * Makes the status page, again for every look. While the store does not answer it keeps showing what was seen
 * last, marked as such: in an outage an old picture helps, and a blank page does not.
 */
export function statusPage(operations: Operations): () => Promise<string> {
  let last: Sight | null = null;
  let loading: Promise<boolean> | null = null;

  async function load(): Promise<boolean> {
    try {
      const [hosts, rollouts, line, unready] = await Promise.all([
        operations.hosts(),
        operations.rollouts(10, null),
        operations.line(),
        operations.unready(),
      ]);
      last = { hosts, rollouts: rollouts.items, line, unready };
      return true;
    } catch {
      return false;
    } finally {
      loading = null;
    }
  }

  return async () => {
    // Nobody needs a token to look, so many lookers at once cost one look at the store.
    loading ??= load();
    const fresh = await loading;
    return page(last, fresh).markup;
  };
}

const STYLE = html`<style>
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{max-width:64rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.3rem 0 1rem}th,td{text-align:left;padding:.15rem .6rem .15rem 0;vertical-align:top}
.bad{color:#c62828;font-weight:600}.good{color:#2e7d32}.dim{opacity:.65}
</style>`;

/** The whole page, from what was seen; without scripts and without anything from elsewhere. */
export function page(sight: Sight | null, fresh: boolean): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Breakwater</title>${STYLE}</head>
<body><h1>Breakwater</h1>
${fresh ? [] : html`<p class="bad">The store does not answer. ${sight ? 'This is what was seen last.' : 'Nothing has been seen yet.'}</p>`}
${sight ? body(sight) : []}
</body></html>
`;
}

function body({ hosts, rollouts, line, unready }: Sight): Html {
  const datacenters = [...Map.groupBy(hosts, (host) => host.datacenter)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return html`${unready.map((reason) => html`<p class="bad">${reason}</p>`)}
${line.stopped ? html`<p class="bad">The line is stopped: ${line.reason ?? 'no reason given'}</p>` : []}
${rollouts.filter(isUnderWay).map(emergencyBanner)}
<h2>Rollouts</h2>
${rollouts.length > 0 ? rollouts.map(rolloutPart) : html`<p class="dim">None yet.</p>`}
<h2>Fleet</h2>
${datacenters.map(([name, members]) => datacenterPart(name, members))}`;
}

function isUnderWay({ state, emergency }: Rollout): boolean {
  return emergency !== null && !ENDED.includes(state);
}

function emergencyBanner({ id, title, state, emergency }: Rollout): Html {
  const until = emergency === null ? '' : `, expires ${isoTime(emergency.expiresAt)}`;
  return html`<p class="bad">Emergency ${emergency?.incident ?? ''}: ${id} (${title}) is ${state}${until}</p>`;
}

const BAD_STATES: ReadonlySet<string> = new Set([
  'halted',
  'failed',
  'lost',
  'revertFailed',
  'aborted',
  'unhealthy',
]);
const GOOD_STATES: ReadonlySet<string> = new Set(['succeeded', 'passed', 'confirmed', 'healthy']);

function stateMark(state: string): Html {
  return html`<span class="${BAD_STATES.has(state) ? 'bad' : GOOD_STATES.has(state) ? 'good' : ''}">${state}</span>`;
}

function rolloutPart(rollout: Rollout): Html {
  const waves = rollout.waves.map((wave) => {
    const states = Map.groupBy(rowsOf(rollout, wave), (row) => row.state);
    const parts = [...states].map(([state, rows]) => html`${rows.length} ${stateMark(state)} `);
    return html`<tr><td>${waveName(wave)}</td><td>${stateMark(wave.state)}</td><td>${parts}</td></tr>`;
  });
  return html`<h3 id="${rollout.id}">${rollout.id}: ${rollout.title} — ${stateMark(rollout.state)}</h3>
<p>${rollout.verdict.reason}</p>
<table>${waves}</table>`;
}

function datacenterPart(name: string, hosts: readonly HostView[]): Html {
  const rows = hosts
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(
      (host) => html`<tr><td>${host.id}</td><td>${stateMark(host.availability)}</td>
<td class="dim">${host.status?.generation?.slice(0, 12) ?? 'no generation known'}</td><td>${host.rollout ?? ''}</td></tr>`,
    );
  return html`<h3>${name}</h3>
<table>${rows}</table>`;
}
