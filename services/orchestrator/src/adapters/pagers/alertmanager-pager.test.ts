import { expect, test } from 'vitest';
import { alertmanagerPager } from './alertmanager-pager.ts';
import { PAGE, pagerServer, type PagerServer } from './testing/pager-server.ts';

function alertmanager(...servers: readonly PagerServer[]) {
  const endpoints = servers.map(({ port }) => ({
    url: new URL(`http://127.0.0.1:${port}/api/v2/alerts`),
    addresses: ['127.0.0.1'],
    ca: null,
  }));
  return alertmanagerPager({ name: 'alerts', endpoints, token: null });
}

type Alert = { labels: object; annotations: object; startsAt?: string; endsAt: string };

test('a page is an alert that no silence of ours resolves, and a decision ends the one of the same labels', async () => {
  const server = await pagerServer([[200, '']]);
  const pager = alertmanager(server);
  await pager.send({ ...PAGE, link: 'https://breakwater.example/#r-1' });
  await pager.send({
    ...PAGE,
    status: 'resolved',
    at: '2026-01-01T00:10:00.000Z',
    code: 'other',
    host: 'ns2.ams',
  });
  const [[firing], [resolved]] = server.bodies() as [[Alert], [Alert]];
  expect(firing).toEqual({
    labels: {
      alertname: 'BreakwaterPage',
      service: 'breakwater',
      severity: 'critical',
      key: PAGE.dedupKey,
      rollout: 'r-1',
    },
    annotations: {
      summary: PAGE.summary,
      reason: PAGE.reason,
      decide: PAGE.decide,
      code: 'check_failed',
      rollout: 'r-1',
      wave: 'canary',
      host: 'ns1.ams',
    },
    startsAt: PAGE.at,
    endsAt: '2026-01-31T00:00:00.000Z',
    generatorURL: 'https://breakwater.example/#r-1',
  });
  expect(resolved.labels).toEqual(firing.labels);
  expect([resolved.startsAt, resolved.endsAt]).toEqual([undefined, '2026-01-01T00:10:00.000Z']);
});

test('every instance is sent it; one is enough to wake, and all are needed to end it', async () => {
  const [up, down] = [await pagerServer([[200, '']]), await pagerServer([[503, '']])];
  const pager = alertmanager(down, up);
  await pager.send(PAGE);
  expect([up.received.length, down.received.length]).toEqual([1, 1]);
  await expect(pager.send({ ...PAGE, status: 'resolved' })).rejects.toMatchObject({
    status: 503,
    refused: false,
  });
  await expect(alertmanager(down).send(PAGE)).rejects.toThrow('it answered 503');
});

test('it is refused for good only where every instance that failed has refused it', async () => {
  const [bad, down] = [await pagerServer([[400, 'bad label']]), await pagerServer([[500, '']])];
  await expect(alertmanager(bad, bad).send(PAGE)).rejects.toMatchObject({ refused: true });
  await expect(alertmanager(bad, down).send(PAGE)).rejects.toMatchObject({ refused: false });
});
