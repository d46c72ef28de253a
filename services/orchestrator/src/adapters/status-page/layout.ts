import { type Html, html } from './html.ts';
import { timeText } from './words.ts';

/** What a page is made of; the rest is the same for all. */
export interface Content {
  title: string;
  main: Html;
  /** Further scripts, such as for charts; the page is complete without them. */
  scripts?: readonly string[];
  styles?: readonly string[];
}

/** Where the parts of a page are, as it is seen by a browser. */
export interface Place {
  /** The way to the first page, relative so that a proxy may put the pages below any path. */
  base: string;
  /** Links to other pages; `null` where there are none to lead to. */
  linkTo: (path: string) => string | null;
}

/** How old what is shown is; `null` while it is what there is now. */
export interface Age {
  seenAt: number;
  now: number;
}

export const live = (depth: number): Place => {
  const base = '../'.repeat(depth) || './';
  return { base, linkTo: (path) => `${base}${path}` };
};

/** A page that follows along, and without scripts is loaded again by the browser. */
export function livePage(place: Place, content: Content, assets: (name: string) => string): Html {
  const script = (name: string): Html =>
    html`<script src="${place.base}assets/${assets(name)}" defer></script>`;
  const style = (name: string): Html =>
    html`<link rel="stylesheet" href="${place.base}assets/${assets(name)}">`;
  return html`<!doctype html>
<html lang="en" data-base="${place.base}"><head>${head(content.title)}
<noscript><meta http-equiv="refresh" content="5"></noscript>
${['page.css', ...(content.styles ?? [])].map(style)}
${[...(content.scripts ?? []), 'live.js'].map(script)}
</head><body>
<p id="offline" role="status" hidden></p>
<main>${content.main}</main>
</body></html>
`;
}

/** A page in one file, to be hosted where nothing else is. */
export function lonePage(content: Content, style: string): Html {
  return html`<!doctype html>
<html lang="en"><head>${head(content.title)}
<meta http-equiv="refresh" content="10">
<style>${{ markup: style }}</style>
</head><body>
<main>${content.main}</main>
</body></html>
`;
}

function head(title: string): Html {
  return html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${title}</title>`;
}

/**
 * The line that says how things are. A screen reader says it again when it changes.
 * @param age set when it says how things were: then it is muted, whatever it says, since nobody knows whether it still holds
 */
export function stateLine(tone: string, text: string, age: Age | null = null): Html {
  const [look, words] =
    age === null ? [tone, text] : ['quiet old', `Last seen ${ago(age.now - age.seenAt)} ago: ${text}`];
  return html`<p id="state" class="state ${look}" role="status" aria-live="polite">${words}</p>`;
}

export function agePart(age: Age | null): Html {
  if (age === null) return html`<div id="age"></div>`;
  const text = `REDIS DOES NOT ANSWER. What follows was seen last at ${timeText(age.seenAt, age.now)}, ${ago(age.now - age.seenAt)} ago. Name servers go on answering; no host is taken meanwhile.`;
  return html`<div id="age"><p class="banner bad" role="alert">${text}</p></div>`;
}

/** Rounded down, as people would say it. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

/** A link, or the same words where there is nothing to lead to. */
export function link({ linkTo }: Place, path: string, words: string): Html {
  const href = linkTo(path);
  return href === null ? html`${words}` : html`<a href="${href}">${words}</a>`;
}
