import { formatDuration } from '@breakwater/shared';
import type { TimelineReply } from '../http/replies.ts';
import { type Html, html } from './html.ts';
import { type Age, agePart, type Content, link, type Place, stateLine } from './layout.ts';
import { rolloutNews } from './news.ts';
import type { RolloutSight } from './sight.ts';
import { badge, sentence, time, WAVE_WORDS } from './words.ts';

type Entry = TimelineReply['entries'][number];

/** What happened, as a list. */
export function entries(list: readonly Entry[], now: number): Html {
  return html`<ol class="story">${list.map(
    ({ at, sinceStartMs, text }) =>
      html`<li>${time(Date.parse(at), now)} <span class="dim">+${formatDuration(Math.max(0, sinceStartMs))}</span> ${text}</li>`,
  )}</ol>`;
}

/** The whole story of a rollout, for a review. */
export function timelinePage(sight: RolloutSight, now: number, age: Age | null, place: Place): Content {
  const { rollout, timeline } = sight;
  const news = rolloutNews(rollout);
  const story =
    timeline === null
      ? html`<p>It was not read before the store went away.</p>`
      : html`${summaryPart(timeline, now)}${wavesTable(timeline, now)}<h2>What happened</h2>${entries(timeline.entries, now)}`;
  const main = html`<header><nav aria-label="Pages">${link(place, `rollouts/${rollout.id}`, `← ${rollout.id}`)}</nav>
<h1>Timeline of ${rollout.id}: ${rollout.title}</h1></header>
${agePart(age)}
${stateLine(news.tone, news.text, age)}
${story}
<footer><p class="dim">To paste into a review: <code>breakwater timeline ${rollout.id} --markdown</code></p></footer>`;
  return { title: `Timeline of ${rollout.id}: ${rollout.title}`, main };
}

/** What can be published as it is, when what happened, and what nobody saw. */
function summaryPart({ summary, key, gaps }: TimelineReply, now: number): Html {
  const times = key.map(
    ({ what, at, note }) =>
      html`<dt>${what}</dt><dd>${at === null ? '—' : time(Date.parse(at), now)} ${note}</dd>`,
  );
  const unseen = gaps.map(
    ({ from, until, host, why }) =>
      html`<li>${host ?? 'All of it'}, from ${time(Date.parse(from), now)} ${until === null ? 'on' : html`until ${time(Date.parse(until), now)}`}: ${sentence(why)}</li>`,
  );
  return html`<h2>In short</h2><p>${summary}</p><dl class="facts">${times}</dl>
${unseen.length === 0 ? [] : html`<h2>What nobody saw</h2><ul class="list">${unseen}</ul>`}`;
}

function wavesTable({ waves }: TimelineReply, now: number): Html {
  const rows = waves.map(
    ({
      wave,
      hosts,
      state,
      startedAt,
      durationMs,
    }) => html`<tr><th scope="row">${wave}</th><td>${hosts}</td><td>${badge(WAVE_WORDS[state])}</td>
<td>${startedAt === null ? '—' : time(Date.parse(startedAt), now)}</td><td>${durationMs === null ? '—' : formatDuration(durationMs)}</td></tr>`,
  );
  return html`<h2>Waves</h2><table><caption class="spoken">How long each wave took</caption>
<thead><tr><th scope="col">Wave</th><th scope="col">Hosts</th><th scope="col">How it is</th><th scope="col">Began</th><th scope="col">Took</th></tr></thead><tbody>${rows}</tbody></table>`;
}
