import { isoTime, type Page } from '@breakwater/shared';
import { type Pager, PagerError } from './interface.ts';
import { details, headline } from './page-text.ts';
import { type Endpoint, post, unaccepted } from './post.ts';

const ACCEPTED = 200;
/**
 * Without an end of its own an alert ends `resolve_timeout` (5 min) after it was last sent, which is sooner than a
 * page is repeated: silence would say "resolved". A person's decision ends it; this is for alerts that nobody can
 * decide about any more.
 */
const ENDS_AFTER_MS = 30 * 24 * 3600 * 1000;

interface Options {
  name: string;
  endpoints: readonly Endpoint[];
  token: string | null;
}

/**
 * Pages as an alert of Alertmanager (API v2). Every instance is told, as Prometheus does; they agree among themselves
 * who notifies. One that has it is enough to wake somebody; to end it, every one has to know.
 */
export function alertmanagerPager({ name, endpoints, token }: Options): Pager {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const secrets = token === null ? [] : [token];
  const sendTo = async (endpoint: Endpoint, page: Page): Promise<void> => {
    const answer = await post(endpoint, headers, [alertOf(page)]);
    if (answer.status !== ACCEPTED) throw unaccepted(answer, secrets);
  };
  return {
    name,
    resolves: true,
    send: async (page) => {
      const results = await Promise.allSettled(endpoints.map((endpoint) => sendTo(endpoint, page)));
      const failed = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      const enough = page.status === 'firing' ? failed.length < endpoints.length : failed.length === 0;
      if (!enough) throw together(failed);
    },
  };
}

function together(failed: readonly unknown[]): unknown {
  const errors = failed.filter((error) => error instanceof PagerError);
  const [only] = failed;
  if (failed.length === 1 || errors.length < failed.length) return only;
  const refused = errors.every((error) => error.refused);
  return new PagerError(errors.map((error) => error.message).join('; '), {
    status: errors[0]?.status ?? null,
    refused,
  });
}

/** The labels are the alert's identity: what a decision sends must have the same, so nothing that varies is in them. */
function alertOf(page: Page): object {
  const { severity, status, dedupKey, rollout, link, at } = page;
  const now = Date.parse(at);
  return {
    labels: {
      alertname: 'BreakwaterPage',
      service: 'breakwater',
      severity,
      key: dedupKey,
      ...(rollout === null ? {} : { rollout }),
    },
    annotations: { summary: headline(page), ...details(page) },
    ...(status === 'firing' ? { startsAt: at, endsAt: isoTime(now + ENDS_AFTER_MS) } : { endsAt: at }),
    ...(link === undefined ? {} : { generatorURL: link }),
  };
}
