import { expect, test } from 'vitest';
import { certificateFor } from './testing/certificates.ts';
import { PAGE, pagerServer } from './testing/pager-server.ts';
import { pagerdutyPager } from './pagerduty-pager.ts';

const HOST = 'events.pagerduty.com';
const certificate = certificateFor(`DNS:${HOST}`);
const KEY = '0123456789abcdef0123456789abcdef';
const SUCCESS = JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: PAGE.dedupKey });

async function pagerduty(...answers: Parameters<typeof pagerServer>[0]) {
  const server = await pagerServer(answers, { certificate });
  const url = new URL(`https://${HOST}:${server.port}/v2/enqueue`);
  const endpoint = { url, addresses: ['127.0.0.1'], ca: certificate.ca };
  return { server, pager: pagerdutyPager({ name: 'duty', endpoint, routingKey: KEY }) };
}

test('a page triggers an event as Events API v2 documents it', async () => {
  const { server, pager } = await pagerduty([202, SUCCESS]);
  await pager.send({ ...PAGE, link: 'https://breakwater.example/#r-1' });
  expect(server.bodies()).toEqual([
    {
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: PAGE.dedupKey,
      client: 'Breakwater',
      client_url: 'https://breakwater.example/#r-1',
      links: [{ href: 'https://breakwater.example/#r-1', text: 'Status page' }],
      payload: {
        summary: PAGE.summary,
        source: 'ns1.ams',
        severity: 'critical',
        timestamp: PAGE.at,
        component: 'dns',
        class: 'check_failed',
        custom_details: {
          reason: PAGE.reason,
          decide: PAGE.decide,
          code: 'check_failed',
          rollout: 'r-1',
          wave: 'canary',
          host: 'ns1.ams',
        },
      },
    },
  ]);
});

test('a decision resolves the incident of the same key, and says no more', async () => {
  const { server, pager } = await pagerduty([202, SUCCESS]);
  await pager.send({ ...PAGE, status: 'resolved' });
  expect(server.bodies()).toEqual([{ routing_key: KEY, event_action: 'resolve', dedup_key: PAGE.dedupKey }]);
});

test('a long key and a long summary are cut to what is allowed, the same for trigger and resolve', async () => {
  const { server, pager } = await pagerduty([202, SUCCESS]);
  const long = { ...PAGE, dedupKey: 'k'.repeat(300), summary: `${'s'.repeat(1022)}😀 and more` };
  await pager.send(long);
  await pager.send({ ...long, status: 'resolved' });
  const [trigger, resolve] = server.bodies() as { dedup_key: string; payload: { summary: string } }[];
  expect([trigger?.dedup_key.length, resolve?.dedup_key]).toEqual([255, trigger?.dedup_key]);
  expect(trigger?.payload.summary).toBe(`${'s'.repeat(1022)}…`);
});

test('202 accepts, 400 will always be refused, all else may be tried again; the key is never told', async () => {
  const invalid = JSON.stringify({ status: 'invalid event', errors: [`routing_key ${KEY} is unknown`] });
  const { pager } = await pagerduty([200, ''], [400, invalid], [429, ''], [500, KEY]);
  await expect(pager.send(PAGE)).rejects.toMatchObject({ status: 200, refused: false });
  const refusal: unknown = await pager.send(PAGE).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ status: 400, refused: true });
  expect(String(refusal)).toContain('routing_key … is unknown');
  await expect(pager.send(PAGE)).rejects.toMatchObject({ status: 429, refused: false });
  await expect(pager.send(PAGE)).rejects.toThrow('it answered 500: …');
});
