import { type HostRow, type Rollout, rowsOf, type Wave, waveName } from '../../core/rollout.ts';
import type { HostView } from '../http/interface.ts';
import { type Cell, grid, lookOf, shortName } from './cells.ts';
import { type Html, html } from './html.ts';
import { badge, count, sentence, WAVE_WORDS } from './words.ts';

const isDone = ({ state, failure }: HostRow): boolean =>
  failure === null && (state === 'confirmed' || state === 'skipped');

function progress(rollout: Rollout, wave: Wave): { done: number; all: number; text: string } {
  const rows = rowsOf(rollout, wave);
  const done = rows.filter(isDone).length;
  return { done, all: rows.length, text: `${done} of ${count(rows.length, 'host')} done` };
}

/** The waves as bars, one line for each. */
export function waveBars(rollout: Rollout): Html {
  const rows = rollout.waves.map((wave) => {
    const { done, all, text } = progress(rollout, wave);
    const name = waveName(wave);
    return html`<li><span class="name">${name}</span>
<progress max="${all}" value="${done}" aria-label="${rollout.id}, wave ${name}">${text}</progress>
<span class="done">${done}/${all}</span> ${badge(WAVE_WORDS[wave.state])}</li>`;
  });
  return html`<ol class="bars">${rows}</ol>`;
}

/** The cells of a wave, in its order. */
function cellsOf(rollout: Rollout, wave: Wave, hosts: ReadonlyMap<string, HostView>): Cell[] {
  return rowsOf(rollout, wave).map((row) => ({
    id: row.id,
    label: wave.datacenter === null ? row.id : shortName(row.id, wave.datacenter),
    look: lookOf(hosts.get(row.id), row),
  }));
}

/** Every wave with its hosts, what was measured at its gates, and why hosts failed. */
export function wavesPart(rollout: Rollout, hosts: ReadonlyMap<string, HostView>): Html {
  const parts = rollout.waves.map((wave, index) => {
    const name = waveName(wave);
    const { done, all, text } = progress(rollout, wave);
    return html`<section class="wave"><h3>${index + 1}. ${name} ${badge(WAVE_WORDS[wave.state])}</h3>
<p class="bar"><progress max="${all}" value="${done}" aria-label="Wave ${name}"></progress> ${text}${soakText(wave)}</p>
${wave.held === null ? [] : html`<p class="reason">Takes no further host: ${sentence(wave.held.reason)}</p>`}
${grid(cellsOf(rollout, wave, hosts), `Hosts of wave ${name}`)}
${gatesPart(rollout, wave)}${reasonsPart(rollout, wave)}</section>`;
  });
  return html`${parts}`;
}

function soakText({ soakMs }: Wave): string {
  const seconds = soakMs / 1000;
  return seconds < 120 ? `, each soaks for ${seconds} s` : `, each soaks for ${Math.round(seconds / 60)} min`;
}

const GATE_WORDS = {
  pass: { text: 'passes', tone: 'good' },
  fail: { text: 'fails', tone: 'bad' },
  inconclusive: { text: 'cannot tell', tone: 'busy' },
  noData: { text: 'has no data', tone: 'busy' },
  pending: { text: 'is not measured yet', tone: 'quiet' },
} as const;

function gatesPart(rollout: Rollout, wave: Wave): Html {
  const gates = rollout.gates[waveName(wave)] ?? [];
  if (gates.length === 0) return html``;
  return html`<h4>Gates</h4><ul class="reasons">${gates.map(
    ({ gate, phase, verdict }) =>
      html`<li>${gate} (${phase} the wave) ${badge(GATE_WORDS[verdict.verdict])} ${sentence(verdict.reason)}</li>`,
  )}</ul>`;
}

function reasonsPart(rollout: Rollout, wave: Wave): Html {
  const told = rowsOf(rollout, wave).flatMap((row) => {
    const why = row.failure ?? (row.state === 'skipped' ? row.verdict : null);
    return why === null ? [] : [html`<li><b>${row.id}</b>: ${sentence(why.reason)}</li>`];
  });
  return told.length === 0
    ? html``
    : html`<h4>Why hosts failed or were left out</h4><ul class="reasons">${told}</ul>`;
}
