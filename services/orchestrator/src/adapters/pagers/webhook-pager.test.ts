import { expect, test } from 'vitest';
import { PagerError } from './interface.ts';
import { PAGE, pagerServer } from './testing/pager-server.ts';
import { webhookPager } from './webhook-pager.ts';

function hook(port: number, token: string | null = null, sendResolved = false) {
  const url = new URL(`http://127.0.0.1:${port}/page`);
  return webhookPager({
    name: 'hook',
    endpoint: { url, addresses: ['127.0.0.1'], ca: null },
    token,
    sendResolved,
  });
}

test('a page is posted as JSON, and any 2xx accepts it', async () => {
  const server = await pagerServer([
    [204, ''],
    [202, 'taken'],
  ]);
  await hook(server.port).send(PAGE);
  await hook(server.port, 'a-token').send(PAGE);
  expect(server.bodies()).toEqual([PAGE, PAGE]);
  const [first, second] = server.received.map(({ request }) => request.headers);
  expect(first).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': PAGE.dedupKey });
  expect([first?.authorization, second?.authorization]).toEqual([undefined, 'Bearer a-token']);
});

test('another status is an error with the beginning of the answer, and without the token', async () => {
  const server = await pagerServer([
    [503, `a-token ${'x'.repeat(500)}`],
    [302, ''],
    [400, 'what is this?'],
  ]);
  const pager = hook(server.port, 'a-token');
  await expect(pager.send(PAGE)).rejects.toThrow(/^it answered 503: … x{150,200}$/);
  await expect(pager.send(PAGE)).rejects.toBeInstanceOf(PagerError);
  await expect(pager.send(PAGE)).rejects.toMatchObject({ status: 400, refused: true });
});

test('it is told of decisions only where that is wanted', () => {
  expect([hook(9).resolves, hook(9, null, true).resolves]).toEqual([false, true]);
});
