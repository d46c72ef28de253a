import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BreakwaterError, parse } from '@breakwater/shared';
import { afterAll, expect, test } from 'vitest';
import { PAGE, pagerServer } from './testing/pager-server.ts';
import { createPagers } from './create-pager.ts';
import { PagersConfig, readPagers } from './settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'breakwater-settings-'));
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}
const key = file('key', 'k3y\n');
const slackUrl = file('slack', 'https://hooks.slack.com/services/s3cret\n');

const read = (...pagers: unknown[]) => readPagers(parse(PagersConfig, pagers));

/** What is wrong with one pager, as paths and messages. */
function faultsOf(pager: Record<string, unknown>): string {
  try {
    read({ name: 'p', ...pager });
  } catch (error) {
    return (error as BreakwaterError).faults.map(({ path, message }) => `${path}: ${message}`).join('\n');
  }
  return 'none';
}

test('each kind is read with its secrets and defaults', () => {
  const addresses = ['192.0.2.1', '2001:db8::1'];
  const [duty, alerts, chat, hook] = read(
    { name: 'duty', kind: 'pagerduty', routingKeyFile: key, addresses },
    { name: 'alerts', kind: 'alertmanager', urls: ['http://192.0.2.7:9093', 'http://192.0.2.8:9093/am/'] },
    { name: 'chat', kind: 'slack', urlFile: slackUrl, addresses, caFile: file('ca', 'PEM') },
    { name: 'hook', kind: 'webhook', url: 'http://[2001:db8::2]:80/page' },
  );
  const enqueue = new URL('https://events.pagerduty.com/v2/enqueue');
  expect(duty).toEqual({
    kind: 'pagerduty',
    name: 'duty',
    routingKey: 'k3y',
    endpoint: { url: enqueue, addresses, ca: null },
  });
  expect(alerts).toMatchObject({
    endpoints: [
      { url: new URL('http://192.0.2.7:9093/api/v2/alerts'), addresses: ['192.0.2.7'] },
      { url: new URL('http://192.0.2.8:9093/am/api/v2/alerts'), addresses: ['192.0.2.8'] },
    ],
  });
  expect(chat).toMatchObject({
    endpoint: { url: new URL('https://hooks.slack.com/services/s3cret'), ca: 'PEM' },
  });
  expect(hook).toMatchObject({ endpoint: { addresses: ['2001:db8::2'] }, token: null, sendResolved: false });
});

test.for<[pager: Record<string, unknown>, why: string]>([
  [
    { kind: 'webhook', url: 'http://pager.example/' },
    '/addresses: p: write the IP addresses of "pager.example"',
  ],
  [{ kind: 'webhook', url: 'http://localhost:80/' }, '/addresses: p: write the IP addresses of "localhost"'],
  [
    { kind: 'pagerduty', routingKeyFile: key },
    '/addresses: p: write the IP addresses of "events.pagerduty.com"',
  ],
  [{ kind: 'slack', urlFile: slackUrl }, '/addresses: p: write the IP addresses of "hooks.slack.com"'],
  [{ kind: 'webhook', url: 'http://192.0.2.1/', addresses: ['192.0.2.2'] }, 'the URL has an address already'],
  [
    { kind: 'webhook', url: 'https://a.example/', addresses: ['b.example'] },
    '/addresses/0: must be an IP address',
  ],
  [{ kind: 'webhook', url: 'ftp://127.0.0.1/' }, '/url: '],
  [
    { kind: 'webhook', url: 'http://192.0.2.1/', tokenFile: key },
    '/url: p: must be an https URL: it carries a secret',
  ],
  [{ kind: 'pagerduty', url: 'http://192.0.2.1/', routingKeyFile: key }, '/url: p: must be an https URL'],
  [{ kind: 'pagerduty', url: 'https://192.0.2.1/', routingKeyFile: `${key}-none` }, 'cannot be read: ENOENT'],
  [{ kind: 'pagerduty', url: 'https://192.0.2.1/', routingKeyFile: file('empty', ' \n') }, 'empty is empty'],
  [{ kind: 'slack', urlFile: key }, '/urlFile: p: must be the URL of an HTTP server'],
  [{ kind: 'slack', url: 'https://hooks.slack.com/x', urlFile: slackUrl }, 'url'],
  [{ kind: 'webhook', name: 'Not A Label', url: 'http://192.0.2.1/' }, '/name: '],
  [{ kind: 'alertmanager', urls: [] }, '/urls: '],
])('%o is refused', ([pager, why]) => {
  expect(faultsOf(pager)).toContain(why);
  expect(faultsOf(pager)).not.toMatch(/k3y|s3cret/);
});

test('no pager at all, and two of one name, are refused', () => {
  const hook = { name: 'hook', kind: 'webhook', url: 'http://192.0.2.1/' };
  expect(() => read()).toThrow('expected array to have >=1 items');
  expect(() => read(hook, hook)).toThrow('two have the same name');
});

test('every fault of every pager is told at once', () => {
  const bad = { kind: 'webhook', url: 'http://a.example/', tokenFile: `${key}-none` };
  expect(() => read({ name: 'a', ...bad }, { name: 'b', ...bad })).toThrow(
    expect.objectContaining({ faults: expect.objectContaining({ length: 6 }) as unknown }),
  );
});

test('pages link to where people reach the status page, at their rollout', async () => {
  const server = await pagerServer([[200, '']]);
  const settings = read({ name: 'hook', kind: 'webhook', url: `http://127.0.0.1:${server.port}/` });
  const [pager] = createPagers(settings, 'https://breakwater.example/status');
  const [unlinked] = createPagers(settings, null);
  await pager?.send(PAGE);
  await pager?.send({ ...PAGE, rollout: null });
  await unlinked?.send(PAGE);
  const links = server.bodies().map((page) => (page as { link?: string }).link);
  expect(links).toEqual([
    'https://breakwater.example/status/rollouts/r-1',
    'https://breakwater.example/status',
    undefined,
  ]);
  expect([pager?.name, pager?.resolves]).toEqual(['hook', false]);
});
