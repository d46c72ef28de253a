import { expect, test } from 'vitest';
import { certificateFor } from './testing/certificates.ts';
import { PAGE, pagerServer } from './testing/pager-server.ts';
import { slackPager } from './slack-pager.ts';

const HOST = 'hooks.slack.com';
const PATH = '/services/T000/B000/s3cret';
const certificate = certificateFor(`DNS:${HOST}`);

async function slack(...answers: Parameters<typeof pagerServer>[0]) {
  const server = await pagerServer(answers, { certificate });
  const url = new URL(`https://${HOST}:${server.port}${PATH}`);
  const endpoint = { url, addresses: ['127.0.0.1'], ca: certificate.ca };
  return { server, pager: slackPager({ name: 'chat', endpoint }) };
}

interface Message {
  text: string;
  blocks: { type: string; text: { type: string; text: string } }[];
}

test('a page is a message whose first line says what happened, with nothing that Slack would take for its own', async () => {
  const { server, pager } = await slack([200, 'ok']);
  await pager.send({ ...PAGE, link: 'https://breakwater.example/#r-1' });
  const [{ text, blocks }] = server.bodies() as [Message];
  const first =
    'Rollout halted: "A &amp; &lt;B&gt;" at wave canary, host ns1.ams. No further host is touched.';
  expect(text).toBe(`:rotating_light: ${first}`);
  expect(blocks.map((block) => block.text.text)).toEqual([
    `:rotating_light: *${first}*`,
    'ns1.ams answers REFUSED &lt;!channel&gt;',
    'Decide: POST /v1/rollouts/r-1/rollback, /resume or /abort, with a reason',
    '<https://breakwater.example/#r-1|Status page>',
  ]);
  expect(new Set(blocks.map((block) => `${block.type} ${block.text.type}`))).toEqual(
    new Set(['section mrkdwn']),
  );
  expect(server.received[0]?.request.url).toBe(PATH);
});

test('a decision is a line of its own', async () => {
  const { server, pager } = await slack([200, 'ok']);
  await pager.send({
    ...PAGE,
    status: 'resolved',
    summary: 'Decided by an operator (abort): "x"',
    reason: 'wrong zone',
  });
  const [{ text, blocks }] = server.bodies() as [Message];
  expect(text).toBe(':white_check_mark: [resolved] Decided by an operator (abort): "x"');
  expect(blocks.map((block) => block.text.text)[1]).toBe('wrong zone');
});

test('however long the texts, no section is longer than Slack takes', async () => {
  const { server, pager } = await slack([200, 'ok']);
  const long = '&'.repeat(5000);
  await pager.send({ ...PAGE, summary: long, reason: long, decide: long });
  const [{ blocks }] = server.bodies() as [Message];
  expect(Math.max(...blocks.map((block) => block.text.text.length))).toBeLessThan(3000);
});

test('only the word "ok" accepts, and neither an error nor what is logged of it tells the URL', async () => {
  const { pager } = await slack([200, '<html>sign in</html>'], [400, 'invalid_payload'], [404, `no ${PATH}`]);
  await expect(pager.send(PAGE)).rejects.toMatchObject({ status: 200, refused: false });
  await expect(pager.send(PAGE)).rejects.toMatchObject({ status: 400, refused: true });
  await expect(pager.send(PAGE)).rejects.toThrow('it answered 404: no …');
  const gone = await slack([200, 'ok']);
  await gone.server.close();
  const error: unknown = await gone.pager.send(PAGE).catch((thrown: unknown) => thrown);
  expect(JSON.stringify([String(error), error, (error as Error).stack])).not.toContain('s3cret');
});
