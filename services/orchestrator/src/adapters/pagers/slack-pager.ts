import type { Page } from '@breakwater/shared';
import type { Pager } from './interface.ts';
import { clipped, headline } from './page-text.ts';
import { type Endpoint, post, unaccepted } from './post.ts';

/** Slack takes 3,000 characters in a section; some become several when they are escaped. */
const LONGEST_LINE = 500;
const MARKS = { critical: ':rotating_light:', warning: ':warning:', info: ':information_source:' } as const;

interface Options {
  name: string;
  endpoint: Endpoint;
}

/** Pages by an incoming webhook of Slack. It knows no keys: repeats and decisions are lines of their own. */
export function slackPager({ name, endpoint }: Options): Pager {
  // Whoever knows the path can post, so it is a secret; the host is not.
  const secrets = [endpoint.url.href, endpoint.url.pathname];
  return {
    name,
    resolves: true,
    send: async (page) => {
      const answer = await post(endpoint, {}, messageOf(page));
      // It says "ok"; a 200 with other words is from somebody in between, who will tell nobody.
      if (answer.status !== 200 || answer.body.trim() !== 'ok') throw unaccepted(answer, secrets);
    },
  };
}

/** Slack reads `&`, `<` and `>` as its own: unescaped, a reason with `<!channel>` in it would wake everybody. */
function plain(text: string): string {
  const line = clipped(text, LONGEST_LINE).replaceAll(/\s+/g, ' ');
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function messageOf(page: Page): object {
  const { status, severity, reason, decide, link } = page;
  const mark = status === 'firing' ? MARKS[severity] : ':white_check_mark:';
  const first = plain(headline(page));
  const rest = status === 'firing' ? [plain(reason), `Decide: ${plain(decide)}`] : [plain(reason)];
  const look = link === undefined ? [] : [`<${link}|Status page>`];
  const lines = [`${mark} *${first}*`, ...rest, ...look];
  // The text alone is what a phone shows on its lock screen.
  return {
    text: `${mark} ${first}`,
    blocks: lines.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } })),
  };
}
