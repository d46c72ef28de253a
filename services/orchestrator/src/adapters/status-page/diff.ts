import type { GroupDiff } from '../../core/bundle-diff.ts';
import { type Html, html } from './html.ts';
import { count } from './words.ts';

/**
 * What the change makes of the files that are live. What a configuration holds may be nobody else's business, and nobody
 * needs a token to look: without leave there are numbers, and neither names nor text.
 */
export function diffPart(diff: readonly GroupDiff[] | null, isAllowed: boolean): Html {
  return html`<section id="diff"><h2>What changes in the files that are live</h2>${inner(diff, isAllowed)}</section>`;
}

function inner(diff: readonly GroupDiff[] | null, isAllowed: boolean): Html {
  if (diff === null) return html`<p class="dim">It could not be made out just now.</p>`;
  if (diff.length === 0) return html`<p>Nothing: every host runs this change.</p>`;
  const parts = diff.map(
    (group) =>
      html`<div class="group"><h3>${hostsOf(group)}</h3>${group.known ? filesOf(group, isAllowed) : unknown(group)}</div>`,
  );
  const hint = html`<p class="dim">Names and contents of files are not shown to everybody (<code>statusPage.showDiff</code>). <code>POST /v1/plans</code>, with a token, shows them.</p>`;
  return html`${parts}${isAllowed ? [] : hint}`;
}

const NAMED = 6;

function hostsOf({ hosts }: GroupDiff): string {
  const more = hosts.length > NAMED ? ` and ${hosts.length - NAMED} more` : '';
  return `${hosts.slice(0, NAMED).join(', ')}${more}`;
}

function unknown({ from }: GroupDiff): Html {
  return from === null
    ? html`<p>What runs there is not known here: the host has not said, or had it before Breakwater.</p>`
    : html`<p>What runs there had its files before Breakwater; only the host has them.</p>`;
}

function filesOf({ files, truncated }: GroupDiff, isAllowed: boolean): Html {
  if (!isAllowed) {
    const kinds = Map.groupBy(files, ({ change }) => change);
    const parts = [...kinds].map(([change, some]) => `${count(some.length, 'file')} ${change}`);
    return html`<p>${parts.length === 0 ? 'The same files.' : `${parts.join(', ')}.`}</p>`;
  }
  if (files.length === 0) return html`<p>The same files.</p>`;
  const items = files.map(({ path, change, unified }) =>
    unified === undefined
      ? html`<p><code>${path}</code> ${change} <span class="dim">(too much of it to show)</span></p>`
      : html`<details><summary><code>${path}</code> ${change}</summary><pre tabindex="0" aria-label="Changes in ${path}">${lines(unified)}</pre></details>`,
  );
  return html`${items}${truncated ? html`<p class="dim">Something is left out: there is too much of it.</p>` : []}`;
}

/** Lines keep their plus and minus, so that nobody needs the colour. */
function lines(unified: string): Html[] {
  return unified.split('\n').map((line) => {
    const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : '';
    return html`<span class="${kind}">${line}</span>
`;
  });
}
