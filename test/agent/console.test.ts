import { appendFile, cp, lstat, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { execa } from 'execa';
import { ConsoleHost, MAIN } from './console-host.ts';
import { until } from './named-service.ts';

let host: ConsoleHost;
afterEach(() => host?.remove());

/** A host whose agent has taken over what was there. */
async function adopted(rehearsal: 'auto' | 'off' = 'off'): Promise<void> {
  host = await ConsoleHost.start({ rehearsal });
  host.startAgent();
  await until('the agent has adopted what is there', async () => host.status?.health.verdict === 'pass');
}

/** A host that holds a change unconfirmed, or confirmed. */
async function changed(state: string): Promise<void> {
  await adopted();
  const change = { epoch: 1, bundle: host.bundle('new') };
  await host.bring({ ...change, step: 'apply' }, state);
}

const AGENT = ['with the agent alive', 'with the agent dead'] as const;

describe.each(AGENT)('%s', (agent) => {
  const maybeKill = async (): Promise<void> => {
    if (agent === 'with the agent dead') await host.killAgent();
  };

  test('an unconfirmed change is given up, the old answers are back, and the same epoch leads nowhere again', async () => {
    await changed('soaking');
    expect(await host.version()).toBe('new');
    await maybeKill();
    const ran = await host.run('revert', '--reason', 'mail is down');
    expect(ran).toMatchObject({ exit: 0, err: '' });
    expect(ran.out).toContain('The previous generation runs, and its answers are back');
    expect(await host.version()).toBe('old');
    await host.killAgent();
    host.startAgent();
    await until('the orchestrator has heard of it', async () => host.reports.at(-1)?.state === 'reverted');
    expect(host.reports.find(({ state }) => state === 'failed')).toMatchObject({
      code: 'reverted_at_console',
      reason: expect.stringContaining('mail is down') as string,
    });
    const entries = await host.entries();
    // The level still says `apply`, and is heard with every answer.
    const { polls } = host;
    await until('the level was heard again', async () => host.polls > polls + 3);
    expect(await host.entries()).toEqual(entries);
    expect(await host.json('revert')).toMatchObject({ result: 'nothing', exit: 0 });
  });

  test('the daemon is restarted, and what it answers is proved', async () => {
    await adopted();
    await maybeKill();
    const before = host.status?.daemon.pid;
    const ran = await host.run('restart', '--reason', 'it leaks');
    expect(ran).toMatchObject({ exit: 0, err: '' });
    expect(ran.out).toMatch(/^✔ The daemon was restarted \(process \d+\) and answers: 1 zones?\.\n$/);
    expect(ran.out).not.toContain(`process ${before})`);
    expect((await host.entries()).slice(-2)).toEqual(['asked', 'restarted']);
    expect(await host.run('verify')).toMatchObject({
      exit: 0,
      out: expect.not.stringContaining('✘') as string,
    });
  });

  test('an edited file is named, keeps the daemon from being restarted on it, and is put back byte for byte', async () => {
    await adopted();
    await maybeKill();
    const file = join(host.root, 'example.com.zone');
    const original = await readFile(file);
    await appendFile(file, 'intruder A 192.0.2.66\n');
    expect(await host.json('restart')).toMatchObject({
      exit: 3,
      text: expect.stringContaining('example.com.zone (changed)') as string,
    });
    expect(await host.run('verify')).toMatchObject({
      exit: 1,
      out: expect.stringContaining('example.com.zone (changed)') as string,
    });
    expect(await host.json('repair', '--reason', 'not ours')).toMatchObject({ result: 'done', exit: 0 });
    expect(await readFile(file)).toEqual(original);
    expect(await host.run('verify')).toMatchObject({ exit: 0 });
    expect(await host.json('repair')).toMatchObject({ result: 'nothing', exit: 0 });
  });

  test('an edited file is adopted, and is what the host goes back to from then on', async () => {
    await adopted();
    await maybeKill();
    const before = await readlink(host.root);
    const file = join(host.root, 'example.com.zone');
    await writeFile(file, (await readFile(file, 'utf8')).replace(' 42 ', ' 50 '));
    expect(await host.json('adopt')).toMatchObject({
      exit: 2,
      text: expect.stringContaining('--reason') as string,
    });
    expect(await host.json('adopt', '--reason', 'a fix by hand')).toMatchObject({ result: 'done', exit: 0 });
    expect(await readlink(host.root)).not.toBe(before);
    expect(await host.json('restart')).toMatchObject({ exit: 0 });
    expect(await host.serial()).toBe('50');
    const { generation, lastKnownGood } = await host.json('status');
    expect(generation).toBe(lastKnownGood);
    expect(await host.json('adopt', '--reason', 'again')).toMatchObject({ result: 'nothing' });
  });

  test('nothing to go back to is refused with a sentence', async () => {
    await adopted();
    await maybeKill();
    expect(await host.run('revert')).toMatchObject({
      exit: 3,
      out: expect.stringMatching(/^✘ There is nothing to go back to/) as string,
    });
  });
});

test('a kept change is taken back, and its rollout hears that the host failed', async () => {
  await changed('soaked');
  const bundle = host.bundle('new');
  await host.bring({ epoch: 1, bundle, step: 'confirm' }, 'confirmed');
  expect(await host.json('status')).toMatchObject({ exit: 0, lastKnownGood: bundle });
  expect(await host.json('revert')).toMatchObject({ result: 'started', phase: 'reverted', exit: 0 });
  expect(await host.version()).toBe('old');
  await until('the orchestrator has heard of it', async () => host.reports.at(-1)?.state === 'reverted');
  expect(host.reports.slice(-3).map(({ state }) => state)).toEqual(['unhealthy', 'reverting', 'reverted']);
});

test('while a change is pending nothing but a revert is taken', async () => {
  await changed('soaking');
  const bundle = host.bundle('new');
  expect(await host.json('restart')).toMatchObject({
    exit: 3,
    text: expect.stringContaining('revert') as string,
  });
  expect(await host.json('adopt', '--reason', 'x')).toMatchObject({ exit: 3 });
  const status = await host.json('status');
  expect(status).toMatchObject({
    exit: 1,
    change: { phase: expect.stringMatching(/^soak/) as string, pending: true, bundle },
  });
  expect((await host.run('status')).out).toContain('give it up with `breakwater-agent revert`');
  expect(await host.json('revert')).toMatchObject({ result: 'started', phase: 'reverted', exit: 0 });
});

test('a damaged journal is told, and the host can still be looked at and restarted', async () => {
  await adopted();
  expect(await host.json('restart')).toMatchObject({ exit: 0 });
  await host.killAgent();
  const lines = (await readFile(host.journal, 'utf8')).split('\n');
  await writeFile(
    host.journal,
    lines.map((line, index) => (index === 2 ? `#${line.slice(1)}` : line)).join('\n'),
  );
  const ran = await host.run('status');
  expect(ran.out).toContain('✘ damaged and left out: line 3');
  expect(await host.json('verify')).toMatchObject({ exit: 1 });
  expect(await host.json('restart')).toMatchObject({ exit: 0 });
});

test('a plain folder is refused with what to do, and becomes a link with adopt', async () => {
  host = await ConsoleHost.start({ folderInPlace: true });
  expect(await host.json('adopt', '--reason', 'first contact')).toMatchObject({ result: 'done', exit: 0 });
  expect((await lstat(host.root)).isSymbolicLink()).toBe(true);
  expect((await lstat(`${host.root}.original`)).isDirectory()).toBe(true);
  expect(await host.json('restart')).toMatchObject({ exit: 0 });
  expect(await host.run('verify')).toMatchObject({ exit: 0 });
});

test('an agent that hangs is told of, and not worked around', async () => {
  await adopted();
  process.kill(host.agentPid, 'SIGSTOP');
  try {
    const ran = await host.run('status');
    expect(ran).toMatchObject({ exit: 4, err: expect.stringContaining('does not answer') as string });
  } finally {
    process.kill(host.agentPid, 'SIGCONT');
  }
});

test.each(['auto', 'off'] as const)(
  'what refuses every question is not adopted, whether it can be rehearsed (%s), and the host serves on',
  async (rehearsal) => {
    await adopted(rehearsal);
    const pid = host.status?.daemon.pid;
    const { lastKnownGood } = await host.json('status');
    const file = join(host.root, 'named.conf');
    const text = await readFile(file, 'utf8');
    const broken = text.replace('options {', 'options { allow-query { none; };');
    await writeFile(file, broken);
    expect(await host.json('adopt', '--reason', 'x')).toMatchObject({
      exit: 3,
      text: expect.stringContaining('REFUSED') as string,
    });
    expect(await host.serial()).toBe('42');
    expect(await host.json('status')).toMatchObject({ lastKnownGood });
    // What could be rehearsed has cost nobody anything, and nothing of it was touched.
    if (rehearsal === 'auto') expect(await readFile(file, 'utf8')).toBe(broken);
    else expect(await readFile(file, 'utf8')).toBe(text);
    const daemon = (await host.json('status'))['daemon'] as { pid: number };
    expect(daemon.pid === pid).toBe(rehearsal === 'auto');
  },
);

test('what was adopted is taken back with a revert, and the recorded files are live again', async () => {
  await adopted('auto');
  const file = join(host.root, 'example.com.zone');
  const original = await readFile(file, 'utf8');
  await writeFile(file, original.replace(' 42 ', ' 50 '));
  expect(await host.json('adopt', '--reason', 'a fix')).toMatchObject({ result: 'done' });
  expect(await host.json('restart')).toMatchObject({ exit: 0 });
  expect(await host.serial()).toBe('50');
  expect(await host.json('revert', '--reason', 'no fix')).toMatchObject({ result: 'done', exit: 0 });
  expect([await host.serial(), await readFile(file, 'utf8')]).toEqual(['42', original]);
  expect(await host.json('revert')).toMatchObject({ result: 'nothing', exit: 0 });
});

test('a folder in the place of the link is moved aside by a repair, and nothing of it is lost', async () => {
  await adopted();
  const live = await readlink(host.root);
  await rm(host.root);
  await cp(live, host.root, { recursive: true });
  await writeFile(join(host.root, 'mine'), '');
  expect(await host.json('repair')).toMatchObject({
    exit: 0,
    text: expect.stringContaining(`${host.root}.found-1`) as string,
  });
  expect(await readlink(host.root)).toBe(live);
  expect(await readdir(`${host.root}.found-1`)).toContain('mine');
  expect(await host.run('verify')).toMatchObject({ exit: 0 });
});

test('an agent without a configuration says so in one sentence', async () => {
  host = await ConsoleHost.start();
  await rm(join(host.named.folder, 'agent.json'));
  const { stdout, exitCode } = await execa(process.execPath, [MAIN], {
    env: host.environment,
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    msg: expect.stringMatching(/agent\.json: there is no such file/) as string,
  });
  expect(stdout).not.toContain(' at ');
});
