import type { HostRow } from '../../core/rollout.ts';
import type { HostView } from '../http/interface.ts';
import { type Html, html } from './html.ts';

/** How a host looks in a grid: a colour, a sign that tells it without colour, and words for who sees neither. */
interface Look {
  className: string;
  sign: string;
  words: string;
}

const LOOKS = {
  healthy: { className: 'healthy', sign: '●', words: 'healthy' },
  kept: { className: 'kept', sign: '✓', words: 'keeps the change' },
  waiting: { className: 'waiting', sign: '…', words: 'waits for its turn' },
  proving: { className: 'proving', sign: '◌', words: 'proves the change offline' },
  changing: { className: 'changing', sign: '→', words: 'is being changed' },
  soaking: { className: 'soaking', sign: '◔', words: 'soaks with the change' },
  goingBack: { className: 'back', sign: '↩', words: 'goes back to its old configuration' },
  back: { className: 'back', sign: '↩', words: 'is back on its old configuration' },
  failed: { className: 'failed', sign: '✗', words: 'failed' },
  unhealthy: { className: 'failed', sign: '!', words: 'unhealthy' },
  unheard: { className: 'unheard', sign: '?', words: 'not heard from' },
  drained: { className: 'drained', sign: '–', words: 'drained: out of service' },
  stray: { className: 'stray', sign: '≠', words: 'runs another configuration than declared' },
  skipped: { className: 'drained', sign: '–', words: 'left out of the rollout' },
} as const satisfies Record<string, Look>;

/**
 * What is wrong with a host comes first, then what its rollout does with it, then that it is well.
 * @param stray whether it runs something else than declared, and no rollout has it
 */
export function lookOf(host: HostView | undefined, row: HostRow | undefined, stray = false): Look {
  const inRollout = row && rowLook(row);
  if (inRollout && (inRollout === LOOKS.failed || inRollout === LOOKS.goingBack)) return inRollout;
  if (host?.drained) return LOOKS.drained;
  if (host?.availability === 'unhealthy') return LOOKS.unhealthy;
  if (host?.availability === 'unknown') return LOOKS.unheard;
  return inRollout ?? (stray ? LOOKS.stray : LOOKS.healthy);
}

function rowLook({ state, changed, failure }: HostRow): Look {
  switch (state) {
    case 'pending':
    case 'ready':
      return LOOKS.waiting;
    case 'staging':
      return LOOKS.proving;
    case 'applying':
    case 'verifying':
      return LOOKS.changing;
    case 'soaking':
      return LOOKS.soaking;
    case 'confirmed':
      return LOOKS.kept;
    case 'failed':
    case 'lost':
    case 'revertFailed':
      return LOOKS.failed;
    case 'reverting':
      return LOOKS.goingBack;
    case 'reverted':
      return failure !== null || !changed ? LOOKS.back : LOOKS.kept;
    case 'skipped':
      return LOOKS.skipped;
    default:
      return state satisfies never;
  }
}

export interface Cell {
  id: string;
  /** What is left of the id where the place is said already. */
  label: string;
  look: Look;
}

/** A host's name without the place that its heading names. */
export function shortName(id: string, datacenter: string): string {
  return id.endsWith(`.${datacenter}`) ? id.slice(0, -datacenter.length - 1) : id;
}

export function grid(cells: readonly Cell[], label: string): Html {
  return html`<ul class="grid" aria-label="${label}">${cells.map(cell)}</ul>`;
}

function cell({ id, label, look }: Cell): Html {
  return html`<li class="cell ${look.className}" title="${id}: ${look.words}"><span aria-hidden="true"><b>${look.sign}</b>${label}</span><span class="spoken">${id}: ${look.words}</span></li>`;
}

/** What the signs mean, for those that are on the page. */
export function legend(looks: readonly Look[]): Html {
  const used = Object.values(LOOKS).filter((look) => looks.includes(look));
  return html`<ul class="legend" aria-label="What the signs mean">${used.map(
    ({ className, sign, words }) =>
      html`<li><span class="cell ${className}" aria-hidden="true"><b>${sign}</b></span> ${words}</li>`,
  )}</ul>`;
}
