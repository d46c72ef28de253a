import type { LatencyPoint } from '../../core/latency-series.ts';
import { type Html, html } from './html.ts';
import { timeText } from './words.ts';

const SHOWN_AS_TEXT = 6;

const ms = (value: number | null): string => (value === null ? 'nothing measured' : `${value.toFixed(1)} ms`);

/**
 * How quickly hosts with and without the change answer: a short table, from whose figure a script draws a chart. A gap in
 * what was measured is a gap in both.
 */
export function latencyPart(points: readonly LatencyPoint[], now: number): Html {
  if (points.length === 0) {
    return html`<section id="latency"><h2>How quickly hosts answer</h2>
<p class="dim">Nothing is known: hosts measure themselves only for a rollout with a comparison gate, and this orchestrator keeps what it has heard since it was started.</p></section>`;
  }
  const series = [
    points.map(({ at }) => Math.round(at / 1000)),
    points.map(({ changed }) => rounded(changed)),
    points.map(({ unchanged }) => rounded(unchanged)),
  ];
  const rows = points
    .slice(-SHOWN_AS_TEXT)
    .toReversed()
    .map(
      ({ at, changed, unchanged }) =>
        html`<tr><th scope="row">${timeText(at, now)}</th><td>${ms(changed)}</td><td>${ms(unchanged)}</td></tr>`,
    );
  return html`<section id="latency"><h2>How quickly hosts answer</h2>
<figure data-series="${JSON.stringify(series)}"><figcaption>Median latency of hosts with the change (solid) and without it (dashed), in milliseconds.</figcaption><div class="chart" data-kept aria-hidden="true"></div></figure>
<table><caption>The newest measurements</caption>
<thead><tr><th scope="col">When</th><th scope="col">With the change</th><th scope="col">Without it</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 100) / 100;
