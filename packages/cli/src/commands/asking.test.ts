import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, listen } from '../testing/orchestrators.ts';
import { runProgram } from '../testing/run-program.ts';

const host = { id: 'ns1.ams', state: 'ready', since: '2026-01-01T00:00:00Z' };
const ROLLOUT = {
  id: 'r-7',
  title: 'Move www',
  state: 'awaitingApproval',
  since: '2026-01-01T00:00:00Z',
  verdict: { verdict: 'pending', code: 'x', reason: 'It waits' },
  emergency: null,
  waves: [
    { kind: 'canary', state: 'passed', hosts: [{ ...host, state: 'confirmed' }] },
    { kind: 'datacenter', datacenter: 'ams', state: 'pending', hosts: [host, host] },
    { kind: 'global', state: 'pending', hosts: [host] },
  ],
};
const PLAN = {
  planDigest: 'd'.repeat(64),
  bundle: 'b',
  strategy: {},
  waves: ROLLOUT.waves,
  diff: [],
  warnings: [],
};
const LINE = { stopped: true, by: 'a', reason: 'r', since: 's', frozen: null };

function answerTo(url: string): unknown {
  if (url === '/v1/plans') return PLAN;
  if (url.startsWith('/v1/line')) return LINE;
  return url.startsWith('/v1/rollouts?') ? { items: [ROLLOUT], next: null } : ROLLOUT;
}

let folder: string;
let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'asking-'));
  await mkdir(join(folder, 'all'));
  await writeFile(join(folder, 'all/named.conf'), 'options {};\n');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  server = await listen((request, reply) => json(200, answerTo(request.url ?? ''))(request, reply));
});
afterEach(() => server.close());

const breakwater = (...args: string[]) => runProgram(server.address, ...args);
const posts = () => server.arrived.filter(({ method }) => method === 'POST');

test('what was looked at is what is started: a submission carries the digest of its plan', async () => {
  const { code, stdout } = await breakwater('-y', 'submit', folder, '-t', 'Move www', '-r', 'New server');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^The plan changes 4 hosts in 3 waves:/);
  expect(posts().map(({ url }) => url)).toEqual(['/v1/plans', '/v1/rollouts']);
  const [plan, rollout] = posts().map(({ body }) => JSON.parse(body) as object);
  expect(rollout).toEqual({ ...plan, planDigest: PLAN.planDigest });
});

test('an approval is of the wave that was shown', async () => {
  await breakwater('-y', 'approve', 'r-7', '-r', 'Read');
  expect(posts().map(({ body }) => JSON.parse(body) as object)).toEqual([
    { reason: 'Read', wave: 'datacenter ams' },
  ]);
});

describe('without a terminal and without --yes', () => {
  test.each([
    [['submit', '@', '-t', 'Move www'], 'Start "Move www" on 4 hosts in 3 waves?'],
    [
      ['approve', 'r-7'],
      'wave datacenter ams: 2 hosts (ns1.ams, ns1.ams); 3 hosts in 2 waves are still to come?',
    ],
    [['resume', 'r-7'], '3 hosts in 2 waves are still to come?'],
    [['retry', 'r-7', 'ns1.ams'], 'Retry 1 host, ns1.ams'],
    [
      ['tokens', 'create', 'ada', '--role', 'admin'],
      'Let ada act as admin on the whole fleet, until it is revoked?',
    ],
    [['line', 'start'], '1 rollout with 3 hosts still to come goes on?'],
  ])('%j is refused with how many hosts it is about, and nothing is done', async (args, asked) => {
    const words = args.map((word) => (word === '@' ? folder : word));
    const { code, stderr } = await breakwater(...words, '-r', 'why');
    expect({ code, stderr }).toMatchObject({ code: 6 });
    expect(stderr).toContain(asked);
    expect(stderr).toContain('add --yes');
    expect(posts().filter(({ url }) => url !== '/v1/plans')).toEqual([]);
  });

  test('skip asks about a host that has not failed, and its answer names the host', async () => {
    const skip = ['skip', 'r-7', 'ns1.ams', '-r', 'why'];
    expect((await breakwater(...skip)).stderr).toContain(
      'Skip 1 host, ns1.ams, in r-7 "Move www", which has',
    );
    expect((await breakwater('-y', ...skip)).stdout).toMatch(/^ns1\.ams is left out\.\n/);
  });

  test('an empty reason is bad usage, and nothing is sent', async () => {
    await expect(breakwater('abort', 'r-7', '-r', ' ')).rejects.toThrow(/empty/);
    expect(server.arrived).toEqual([]);
  });

  test('a plan needs neither a title nor a reason', async () => {
    expect(await breakwater('plan', folder)).toMatchObject({ code: 0 });
  });

  test.each([
    [['pause', 'r-7']],
    [['abort', 'r-7']],
    [['rollback', 'r-7']],
    [['line', 'stop']],
    [['tokens', 'revoke', 't-7']],
  ])('%j only stops, and is done at once', async (args) => {
    expect(await breakwater(...args, '-r', 'why')).toMatchObject({ code: 0 });
    expect(posts()).toHaveLength(1);
  });
});
