import type { Rollout } from '../../core/rollout.ts';
import { actionList } from './actions.ts';
import { legend, lookOf } from './cells.ts';
import { diffPart } from './diff.ts';
import { type Html, html } from './html.ts';
import { latencyPart } from './latency.ts';
import { type Age, agePart, ago, type Content, link, type Place, stateLine } from './layout.ts';
import { rolloutNews } from './news.ts';
import type { RolloutSight } from './sight.ts';
import { entries } from './timeline-page.ts';
import { badge, ROLLOUT_WORDS, sentence, time } from './words.ts';
import { wavesPart } from './waves.ts';

export interface RolloutPageOptions {
  now: number;
  age: Age | null;
  place: Place;
  /** Whether whoever looks may see what is in the files. */
  showDiff: boolean;
}

/** The page of one rollout. */
export function rolloutPage(sight: RolloutSight, { now, age, place, showDiff }: RolloutPageOptions): Content {
  const { rollout, latencies, diff } = sight;
  const { id, title, state } = rollout;
  const news = rolloutNews(rollout);
  const hosts = new Map(sight.hosts.map((host) => [host.id as string, host]));
  const looks = Object.values(rollout.hosts).map((row) => lookOf(hosts.get(row.id), row));
  const main = html`<header><nav aria-label="Pages">${link(place, '', '← All of it')}</nav>
<h1>${id}: ${title} ${badge(ROLLOUT_WORDS[state])}</h1></header>
${agePart(age)}
${stateLine(news.tone, news.text, age)}
<section id="actions"><h2>What you can do now</h2>${actionList(rollout)}</section>
<section id="waves"><h2>Waves</h2>${wavesPart(rollout, hosts)}${legend(looks)}</section>
${factsPart(rollout, now)}
${latencyPart(latencies, now)}
${diffPart(diff, showDiff)}
${storyPart(sight, now, place)}`;
  const mark = news.tone === 'bad' ? '✗ ' : '';
  return {
    title: `${mark}${id} ${ROLLOUT_WORDS[state].text}: ${title}`,
    main,
    ...(latencies.length > 0 && { scripts: ['uplot.js', 'chart.js'], styles: ['uplot.css'] }),
  };
}

const MISSING = {
  unknown: { title: 'No such rollout', text: 'There is no such rollout here.' },
  unseen: {
    title: 'Nothing is known',
    text: 'REDIS DOES NOT ANSWER, and this rollout has not been seen here before.',
  },
} as const;

/** Instead of a rollout that does not exist, or of which nothing can be told. */
export function missingPage(why: keyof typeof MISSING, place: Place): Content {
  const { title, text } = MISSING[why];
  const main = html`<header><nav aria-label="Pages">${link(place, '', '← All of it')}</nav><h1>${title}</h1></header>
${stateLine(why === 'unseen' ? 'bad' : 'quiet', text)}`;
  return { title, main };
}

/** What a person asked for, and when what happened. */
function factsPart(rollout: Rollout, now: number): Html {
  const { reason, ticket, emergency, createdAt, since, detectedAt, haltedAt, pagedAt, bundle, catchUpOf } =
    rollout;
  const moment = (at: number | null, from: number | null): Html[] =>
    at === null
      ? []
      : [
          html`${time(at, now)}${from === null ? [] : html` <span class="dim">(${ago(at - from)} later)</span>`}`,
        ];
  const facts: [string, Html[]][] = [
    ['Why', [html`${sentence(reason)}`]],
    ['Ticket', ticket === null ? [] : [html`${ticket}`]],
    [
      'Emergency',
      emergency === null ? [] : [html`${emergency.incident}, until ${time(emergency.expiresAt, now)}`],
    ],
    ['Brings the change of', catchUpOf === null ? [] : [html`${catchUpOf}`]],
    ['Submitted', moment(createdAt, null)],
    ['First seen failing', moment(detectedAt, null)],
    ['Halted', moment(haltedAt, detectedAt)],
    ['Paged', moment(pagedAt, haltedAt)],
    ['In this state since', moment(since, null)],
    ['Bundle', [html`<code>${bundle.slice(0, 12)}</code>`]],
  ];
  return html`<section id="facts"><h2>Facts</h2><dl class="facts">${facts.flatMap(([name, values]) =>
    values.map((value) => html`<dt>${name}</dt><dd>${value}</dd>`),
  )}</dl></section>`;
}

const LATEST = 12;

function storyPart({ rollout, timeline }: RolloutSight, now: number, place: Place): Html {
  const all = link(place, `rollouts/${rollout.id}/timeline`, 'The whole timeline');
  const inner =
    timeline === null
      ? html`<p class="dim">It was not read before the store went away.</p>`
      : html`<p>The newest first. ${all}.</p>${entries(timeline.entries.slice(-LATEST).toReversed(), now)}`;
  return html`<section id="story"><h2>What happened</h2>${inner}</section>`;
}
