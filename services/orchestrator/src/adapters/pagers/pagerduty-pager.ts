import type { Page } from '@breakwater/shared';
import type { Pager } from './interface.ts';
import { clipped, details, headline } from './page-text.ts';
import { type Endpoint, post, unaccepted } from './post.ts';

const LONGEST_KEY = 255;
const LONGEST_SUMMARY = 1024;
const ACCEPTED = 202;

interface Options {
  name: string;
  endpoint: Endpoint;
  routingKey: string;
}

/** Pages over PagerDuty's Events API v2. One key is one incident there: repeats join it, and a decision ends it. */
export function pagerdutyPager({ name, endpoint, routingKey }: Options): Pager {
  return {
    name,
    resolves: true,
    send: async (page) => {
      const answer = await post(endpoint, {}, eventOf(page, routingKey));
      if (answer.status !== ACCEPTED) throw unaccepted(answer, [routingKey]);
    },
  };
}

function eventOf(page: Page, routingKey: string): object {
  const { severity, status, dedupKey, rollout, link, at } = page;
  const key = { routing_key: routingKey, dedup_key: clipped(dedupKey, LONGEST_KEY) };
  if (status === 'resolved') return { ...key, event_action: 'resolve' };
  return {
    ...key,
    event_action: 'trigger',
    client: 'Breakwater',
    ...(link === undefined ? {} : { client_url: link, links: [{ href: link, text: 'Status page' }] }),
    payload: {
      summary: clipped(headline(page), LONGEST_SUMMARY),
      source: page.host ?? rollout ?? 'breakwater',
      severity,
      timestamp: at,
      component: 'dns',
      class: page.code,
      custom_details: details(page),
    },
  };
}
