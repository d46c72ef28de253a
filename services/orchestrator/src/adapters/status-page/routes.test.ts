import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BreakwaterError, systemClock } from '@breakwater/shared';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bearer, FakeOperations, testServer } from '../http/testing/fakes.ts';
import { sampleHost, sampleRollout, T0 } from '../http/testing/samples.ts';
import { makePages } from './pages.ts';
import { FakeSights } from './testing/fake-sights.ts';

type Server = Awaited<ReturnType<typeof testServer>>;
let server: Server | undefined;
afterEach(() => server?.app.close());

const DIFF = {
  hosts: [],
  from: null,
  known: true,
  truncated: false,
  files: [{ path: 'secret.zone', change: 'added' as const, unified: '+x\n' }],
};
const down = new BreakwaterError('store_unavailable', 'Redis is down.');

async function serve(
  options: { showDiff?: boolean; copyPath?: string; publicUrl?: string; most?: number } = {},
) {
  const operations = new FakeOperations();
  const sights = new FakeSights(operations);
  const { most, ...rest } = options;
  server = await testServer({
    statusPage: {
      sights,
      showDiff: false,
      copyPath: null,
      publicUrl: null,
      clock: systemClock,
      lookTimes: { keepMs: 0, patienceMs: 1500 },
      ...(most !== undefined && { readers: { most, unread: 1000, heartbeatMs: 60_000 } }),
      ...rest,
    },
    operations,
  });
  return { app: server.app, operations, sights };
}

describe('pages', () => {
  test('need no token, allow no foreign script, and everything that they load is here and may be kept for ever', async () => {
    const { app, sights } = await serve();
    sights.points = [{ at: T0, changed: 1, unchanged: null }];
    for (const path of ['/', '/rollouts/r-1', '/rollouts/r-1/timeline']) {
      const { statusCode, body, headers } = await app.inject(path);
      expect(statusCode).toBe(200);
      expect(headers['content-security-policy']).toMatch(
        /default-src 'none'; script-src 'self'; style-src 'self'/,
      );
      expect(body).not.toMatch(/ style=|<style|<script>| on[a-z]+="/);
      const loaded = [...body.matchAll(/(?:src|href)="([^"]*assets[^"]*)"/g)].map(([, url = '']) => url);
      expect(loaded.length).toBeGreaterThan(1);
      for (const one of loaded) {
        const asset = await app.inject(new URL(one, `http://x${path}`).pathname);
        expect([asset.statusCode, asset.headers['cache-control']]).toEqual([
          200,
          'public, max-age=31536000, immutable',
        ]);
      }
    }
  });

  test('are not sent again to whoever has them', async () => {
    const { app } = await serve();
    const { headers } = await app.inject('/');
    const again = await app.inject({ url: '/', headers: { 'if-none-match': String(headers.etag) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('of what does not exist are pages too', async () => {
    const { app } = await serve();
    for (const path of ['/rollouts/r-99', '/rollouts/..%2fx', '/rollouts/r-99/timeline']) {
      const { statusCode, body } = await app.inject(path);
      expect([statusCode, body]).toEqual([404, expect.stringContaining('There is no such rollout here.')]);
    }
  });

  test.each(['/', '/rollouts/r-1', '/rollouts/r-1/timeline'])(
    '%s shows what was seen last while the store is down, with its age',
    async (path) => {
      const { app, operations } = await serve();
      operations.fleet = [sampleHost('ns<1>')];
      operations.append({ type: 'line.stopped', by: 'sue', reason: 'told once' });
      expect((await app.inject(path)).body).not.toContain('REDIS');
      operations.fault = down;
      const { statusCode, body } = await app.inject(path);
      expect(statusCode).toBe(200);
      expect(body).toMatch(
        /REDIS DOES NOT ANSWER. What follows was seen last at \d\d:\d\d:\d\d UTC, 0 s ago/,
      );
      expect(body).toContain('r-1');
    },
  );

  test('of a rollout that only the first page has shown say what that knew, and of others that nothing is known', async () => {
    const { app, operations } = await serve();
    await app.inject('/');
    operations.fault = down;
    expect((await app.inject('/rollouts/r-1')).body).toContain('It was not read before the store went away');
    const other = await app.inject('/rollouts/r-2');
    expect([other.statusCode, other.body]).toEqual([503, expect.stringContaining('REDIS DOES NOT ANSWER')]);
  });

  test('stay when the diff cannot be made', async () => {
    const { app, sights } = await serve();
    sights.diffFault = new Error('no');
    expect((await app.inject('/rollouts/r-1')).body).toContain('It could not be made out just now.');
  });
});

describe('what is in the files', () => {
  const look = async (options: object, headers: Record<string, string> = {}): Promise<boolean> => {
    const { app, sights } = await serve(options);
    sights.groups = [DIFF];
    const { body } = await app.inject({ url: '/rollouts/r-1', headers });
    await app.close();
    return body.includes('secret.zone');
  };

  test('is shown where the configuration says so, or to whoever has a token', async () => {
    expect(await look({})).toBe(false);
    expect(await look({ showDiff: true })).toBe(true);
    expect(await look({}, bearer('viewer'))).toBe(true);
    expect(await look({}, { authorization: 'Bearer wrong' })).toBe(false);
  });
});

describe('rollouts that are looked at', () => {
  test('that do not exist push none out that does', async () => {
    const operations = new FakeOperations();
    const pages = makePages(operations, new FakeSights(operations), systemClock, {
      keepMs: 0,
      patienceMs: 1500,
    });
    await pages.rollout('r-1' as never, 'overview', false);
    for (let i = 1000; i < 1100; i += 1) await pages.rollout(`r-${i}` as never, 'overview', false);
    operations.fault = down;
    expect((await pages.rollout('r-1' as never, 'overview', false)).status).toBe(200);
  });
});

describe('the stream', () => {
  test('tells whoever listens to look again, and sends away whoever is too many', async () => {
    const { app, operations } = await serve({ most: 1 });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = await fetch(`${url}/live`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('retry');
    expect((await fetch(`${url}/live`)).status).toBe(204);
    operations.append({ type: 'line.started', by: 'sue', reason: 'x' });
    expect((await reader.read()).value).toContain('event: look');
    await reader.cancel();
  });
});

describe('the copy', () => {
  test('is one file without scripts that follows every change, and is never seen half written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'status-copy-'));
    const path = join(folder, 'status.html');
    const { app, operations } = await serve({ copyPath: path, publicUrl: 'https://status.example/b' });
    const text = (): Promise<string> => readFile(path, 'utf8');
    await vi.waitFor(async () => expect(await text()).toContain('</html>'));
    const first = await text();
    expect(first).not.toMatch(/<script|<link rel="stylesheet"/);
    expect(first).toContain('href="https://status.example/b/rollouts/r-1"');
    operations.store.set('r-1', sampleRollout({ state: 'halted' }));
    operations.append({ type: 'line.started', by: 'sue', reason: 'x' });
    await vi.waitFor(async () => {
      const now = await text();
      expect(now).toContain('</html>');
      expect(now).toContain('HALTED: r-1');
    });
    await app.close();
    expect(await readdir(folder)).toEqual(['status.html']);
    await rm(folder, { recursive: true });
  });
});
