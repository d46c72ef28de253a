import { alertmanagerPager } from './alertmanager-pager.ts';
import type { Pager } from './interface.ts';
import { pagerdutyPager } from './pagerduty-pager.ts';
import type { PagerSettings } from './settings.ts';
import { slackPager } from './slack-pager.ts';
import { webhookPager } from './webhook-pager.ts';

/** Makes the channels. @param publicUrl where people reach the status page; every page links to it. */
export function createPagers(settings: readonly PagerSettings[], publicUrl: string | null): Pager[] {
  return settings.map((one) => (publicUrl === null ? pagerOf(one) : linking(pagerOf(one), publicUrl)));
}

function linking(pager: Pager, publicUrl: string): Pager {
  return {
    ...pager,
    send: async (page) => {
      const first = publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`;
      const link = page.rollout === null ? new URL(publicUrl) : new URL(`rollouts/${page.rollout}`, first);
      await pager.send({ ...page, link: link.href });
    },
  };
}

function pagerOf(settings: PagerSettings): Pager {
  switch (settings.kind) {
    case 'webhook':
      return webhookPager(settings);
    case 'pagerduty':
      return pagerdutyPager(settings);
    case 'alertmanager':
      return alertmanagerPager(settings);
    case 'slack':
      return slackPager(settings);
    default:
      return settings satisfies never;
  }
}
