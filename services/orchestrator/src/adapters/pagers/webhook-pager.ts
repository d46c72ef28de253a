import type { Pager } from './interface.ts';
import { type Endpoint, post, unaccepted } from './post.ts';

interface Options {
  name: string;
  endpoint: Endpoint;
  token: string | null;
  sendResolved: boolean;
}

/** Pages by `POST` of the page as JSON, to be accepted with a 2xx status. */
export function webhookPager({ name, endpoint, token, sendResolved }: Options): Pager {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return {
    name,
    resolves: sendResolved,
    send: async (page) => {
      const answer = await post(endpoint, { ...authorization, 'idempotency-key': page.dedupKey }, page);
      if (answer.status < 200 || answer.status > 299) throw unaccepted(answer, token === null ? [] : [token]);
    },
  };
}
