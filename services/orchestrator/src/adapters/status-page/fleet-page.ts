import type { HostView } from '../http/interface.ts';
import { actionList } from './actions.ts';
import { type Cell, grid, legend, lookOf, shortName } from './cells.ts';
import { type Html, html } from './html.ts';
import type { PageView } from './interface.ts';
import { type Age, agePart, type Content, link, type Place, stateLine } from './layout.ts';
import { headline, newsOf } from './news.ts';
import type { FleetSight } from './sight.ts';
import { isStray, rowIn } from './stray.ts';
import { badge, count, ROLLOUT_WORDS, sentence, time, timeText } from './words.ts';
import { waveBars } from './waves.ts';

/** The page that says how all of it is. @param age set when the store does not answer and this is what was seen last. */
export function fleetPage(sight: FleetSight, now: number, age: Age | null, place: Place): Content {
  const first = headline(sight, now);
  const [, ...others] = newsOf(sight, now);
  const main = html`<header><h1>Breakwater</h1></header>
${agePart(age)}
${stateLine(first.tone, first.text, age)}
<div id="news">${others.map(({ tone, text }) => html`<p class="banner ${tone}">${text}</p>`)}</div>
${livePart(sight, first.text, now, place)}
${fleetPart(sight)}
${attentionPart(sight, now)}
<div class="columns">
${pagesPart(sight, now, place)}
${settledPart(sight, now, place)}
${calendarPart(sight, now)}
</div>
${footer(place)}`;
  if (age !== null) return { title: '✗ Breakwater: Redis does not answer', main };
  const mark = first.tone === 'bad' ? '✗ ' : '';
  return { title: `${mark}Breakwater: ${first.text.slice(0, 60)}`, main };
}

/** Before anything was ever seen, such as when the store was down from the start. */
export function blindPage(): Content {
  const text = 'REDIS DOES NOT ANSWER, and nothing has been seen yet.';
  const main = html`<header><h1>Breakwater</h1></header>${stateLine('bad', text)}
<p>Name servers go on answering, and no host is taken meanwhile. On a host, <code>breakwater-agent status</code> says what it runs.</p>`;
  return { title: '✗ Breakwater: nothing is known', main };
}

/** @param told what the first line has said already. */
function livePart({ live }: FleetSight, told: string, now: number, place: Place): Html {
  const parts = live.map((rollout) => {
    const { id, title, state, verdict, since } = rollout;
    return html`<article class="rollout" id="${id}">
<h3>${link(place, `rollouts/${id}`, `${id}: ${title}`)} ${badge(ROLLOUT_WORDS[state])}</h3>
<p class="reason">${told.includes(sentence(verdict.reason)) ? '' : sentence(verdict.reason)} <span class="dim">Since ${time(since, now)}.</span></p>
${waveBars(rollout)}
<h4>What you can do</h4>${actionList(rollout)}
</article>`;
  });
  const none = html`<p class="dim">None. Submit one with <code>breakwater submit</code>.</p>`;
  return html`<section id="live" aria-labelledby="live-h"><h2 id="live-h">Rollouts in progress</h2>${parts.length > 0 ? parts : none}</section>`;
}

function fleetPart({ hosts, live }: FleetSight): Html {
  const cells = hosts.map((host): Cell & { datacenter: string } => ({
    id: host.id,
    datacenter: host.datacenter,
    label: shortName(host.id, host.datacenter),
    look: lookOf(host, rowIn(host, live), isStray(host, live)),
  }));
  const places = [...Map.groupBy(cells, ({ datacenter }) => datacenter)].toSorted(byName);
  const parts = places.map(([name, members]) => {
    const well = hosts.filter((host) => host.datacenter === name && host.availability === 'healthy').length;
    return html`<section class="place"><h3>${name} <span class="dim">${well} of ${members.length} healthy</span></h3>
${grid(members.toSorted(byId), `Hosts in ${name}`)}</section>`;
  });
  return html`<section id="fleet" aria-labelledby="fleet-h"><h2 id="fleet-h">Fleet: ${count(hosts.length, 'host')}</h2>
<div class="places">${parts}</div>
${legend(cells.map(({ look }) => look))}</section>`;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
const byId = ({ id: a }: Cell, { id: b }: Cell): number => a.localeCompare(b, 'en', { numeric: true });

const MOST_NAMED = 30;

/** Hosts that somebody should look at, with what they last said. */
function attentionPart({ hosts, live }: FleetSight, now: number): Html {
  const odd = hosts.filter(
    (host) => host.availability !== 'healthy' || host.drained || host.drift !== null || isStray(host, live),
  );
  if (odd.length === 0) return html`<section id="attention"></section>`;
  const rows = odd.slice(0, MOST_NAMED).map(
    (
      host,
    ) => html`<tr><th scope="row">${host.id}</th><td>${lookOf({ ...host, drained: host.drained && host.availability === 'healthy' }, undefined, isStray(host, live)).words}</td>
<td>${whyOdd(host, now, isStray(host, live))}</td></tr>`,
  );
  const more = odd.length > MOST_NAMED ? html`<p>And ${odd.length - MOST_NAMED} more.</p>` : html``;
  return html`<section id="attention"><h2>Hosts that need a look</h2>
<table><caption class="spoken">Hosts that are not healthy, drained, changed by hand or not as declared</caption>
<thead><tr><th scope="col">Host</th><th scope="col">How it is</th><th scope="col">What is known</th></tr></thead><tbody>${rows}</tbody></table>${more}</section>`;
}

/** Of a digest, enough to tell one from another. */
const DIGEST_SHOWN = 12;

function whyOdd(
  { availability, heardAt, status, drift, order, desired }: HostView,
  now: number,
  stray: boolean,
): string {
  const heard = heardAt === null ? 'Never heard.' : `Heard last at ${timeText(heardAt, now)}.`;
  const health = availability === 'unhealthy' ? sentence(status?.health.reason ?? 'No reason given') : '';
  const parts = [
    availability === 'unknown' ? heard : health,
    order?.kind === 'drained' ? `Drained: ${sentence(order.reason)}` : '',
    stray
      ? `Runs ${status?.generation?.slice(0, DIGEST_SHOWN) ?? 'nothing of Breakwater'}, declared is ${desired?.slice(0, DIGEST_SHOWN)}.`
      : '',
    drift === null ? '' : `Changed by hand: ${sentence(drift)}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function pagesPart({ pages }: FleetSight, now: number, place: Place): Html {
  const items = pages.map((view) => {
    const { page } = view;
    const { rollout } = page;
    return html`<li>${time(Date.parse(page.at), now)} ${badge(becameOf(view))} ${page.summary}${
      rollout === null ? [] : html` (${link(place, `rollouts/${rollout}`, rollout)})`
    }</li>`;
  });
  const none = html`<p class="dim">None lately.</p>`;
  return html`<section id="pages"><h2>Pages sent to people</h2>${items.length > 0 ? html`<ul class="list">${items}</ul>` : none}</section>`;
}

function becameOf({ page, takenAt, channel }: PageView): { text: string; tone: 'good' | 'bad' | 'quiet' } {
  if (takenAt === null)
    return page.status === 'firing'
      ? { text: 'NOT TAKEN yet, trying', tone: 'bad' }
      : { text: 'waits to be told', tone: 'quiet' };
  if (channel === null) return { text: 'nobody had to be told', tone: 'quiet' };
  return { text: page.status === 'firing' ? `taken by ${channel}` : `resolved at ${channel}`, tone: 'good' };
}

function settledPart({ settled }: FleetSight, now: number, place: Place): Html {
  const items = settled.map(
    ({ id, title, state, since }) =>
      html`<li>${time(since, now)} ${badge(ROLLOUT_WORDS[state])} ${link(place, `rollouts/${id}`, `${id}: ${title}`)}</li>`,
  );
  const none = html`<p class="dim">None yet.</p>`;
  return html`<section id="settled"><h2>Rollouts that have ended</h2>${items.length > 0 ? html`<ul class="list">${items}</ul>` : none}</section>`;
}

function calendarPart({ line, nextFreeze }: FleetSight, now: number): Html {
  const { frozen } = line;
  const current =
    frozen === null
      ? html`<p>No freeze is in force.</p>`
      : html`<p>In force: “${frozen.name}”, until ${time(frozen.until, now)}.</p>`;
  const next =
    nextFreeze === null
      ? html`<p class="dim">None is planned for the next days.</p>`
      : html`<p>Next: “${nextFreeze.name}”, from ${time(nextFreeze.from, now)} until ${time(nextFreeze.until, now)}.</p>`;
  const doors = line.stopped
    ? html`<p>The line is stopped. <code>breakwater line start --reason "…"</code></p>`
    : html`<p>To stop everything: <code>breakwater line stop --reason "…"</code></p>`;
  return html`<section id="calendar"><h2>Freezes and the line</h2>${current}${next}${doors}</section>`;
}

function footer(place: Place): Html {
  return html`<footer><p class="dim">Times are UTC. ${link(place, 'docs', 'API')} · <code>breakwater status</code> says the same in a terminal.</p></footer>`;
}
