import { isIP } from 'node:net';
import type { Pager } from './interface.ts';

const TIMEOUT_MS = 5000;

/**
 * Pages by `POST` of the page as JSON, to be accepted with a 2xx status.
 * @throws when the address is not an IP literal: when name servers are what is failing, a page that has to look up
 *   a name first is never sent.
 */
export function webhookPager({ name, url }: { name: string; url: string }): Pager {
  const { hostname, protocol } = new URL(url);
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0) {
    throw new Error(
      `pager ${name}: write an IP address instead of "${hostname}"; a page may not need name resolution`,
    );
  }
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new Error(`pager ${name}: ${protocol} is not supported`);
  return {
    name,
    send: async (page) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': page.dedupKey },
        body: JSON.stringify(page),
        // Followed, a redirect could lead to a name, and would be sent as a GET without the page.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`pager ${name} answered ${response.status}: ${answer.slice(0, 200)}`);
    },
  };
}
