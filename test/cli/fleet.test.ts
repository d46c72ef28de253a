import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badChange, goodChange } from '../../deploy/development/src/changes.ts';
import { cliConfigs } from '../../deploy/development/src/cli-config.ts';
import { type Fleet, processOf, startFleet } from '../../deploy/development/src/fleet.ts';
import { breakwater, onTerminal, running, writeFolder } from './command-line.ts';

let fleet: Fleet;
let home: string;
let good: string;
let bad: string;
let admin: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cli-'));
  good = await writeFolder(join(home, 'good'), { ...goodChange.bundle.files, '.git/HEAD': 'x' });
  bad = await writeFolder(join(home, 'bad'), badChange.bundle.files);
  fleet = await startFleet({ hosts: 4, datacenters: 2, orchestrators: 2, portBase: 10_400 });
  admin = cliConfigs(fleet.runDir).admin;
}, 120_000);
afterAll(async () => {
  await fleet?.stop();
  await rm(home, { recursive: true });
});

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const change = ['--title', 'A change', '--reason', 'A test', '--soak', '1s'];

describe('a change on its way, by the command line', () => {
  test('without a terminal and without --yes nothing starts, and it says what to add', async () => {
    const { code, stdout, stderr } = await breakwater(admin, 'submit', good, ...change);
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: containing('add --yes') });
    expect(stderr).toContain('Left out, since their names begin with a dot: .git');
    expect(stdout).toContain('The plan changes 4 hosts in 4 waves');
    expect((await breakwater(admin, 'status')).stdout).toMatch(/^Nothing is being rolled out; all 4 hosts/);
  });

  test('a folder that is submitted and watched to its success ends with 0, a line for each change', async () => {
    const { code, stdout } = await breakwater(admin, '--yes', 'submit', good, ...change, '--watch');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const lines = stdout.split('\n');
    expect(lines).toContainEqual(matching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}wave canary passed$/));
    expect(lines.at(-1)).toBe('r-1 "A change" has succeeded: 4 of 4 hosts keep the change.');
    expect(stdout).not.toContain('\u001B');
  });

  test('watching is over at once for what is over, and as JSON each line is a document', async () => {
    const { code, stdout } = await breakwater(admin, '--json', 'watch', 'r-1');
    const lines = stdout.split('\n').map((line) => JSON.parse(line) as { type: string; seq?: number });
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ type: 'rollout.submitted', seq: 1 });
    expect(lines.at(-1)).toMatchObject({ type: 'result', exitCode: 0, rollout: { state: 'succeeded' } });
  });

  test('rolling it back asks first, and ends with 3', async () => {
    const refused = await breakwater(admin, 'rollback', 'r-1', '--reason', 'A test');
    expect(refused).toMatchObject({ code: 6, stderr: containing('4 hosts will change') });
    expect(await breakwater(admin, '-y', 'rollback', 'r-1', '-r', 'A test')).toMatchObject({ code: 0 });
    const { code, stdout } = await breakwater(admin, 'watch', 'r-1');
    expect({ code, last: stdout.split('\n').find((line) => line.includes('was rolled back')) }).toMatchObject(
      {
        code: 3,
        last: containing('0 of 4 hosts keep the change'),
      },
    );
  });

  test('Ctrl-C stops the watching and not the rollout, and says so', async () => {
    const long = ['--title', 'Long', '--reason', 'A test', '--soak', '5m'];
    const submitted = await breakwater(admin, '--json', '-y', 'submit', good, ...long);
    const { id } = JSON.parse(submitted.stdout) as { id: string };
    const watching = running(admin, 'watch', id);
    await once(watching.stdout, 'data');
    watching.kill('SIGINT');
    const { exitCode, stderr } = await watching;
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 130,
      stderr: containing(`${id} goes on`),
    });
    expect(stderr).toContain(`breakwater pause ${id}`);
    const status = await breakwater(admin, 'status');
    expect(status.stdout).toMatch(
      new RegExp(`^${id} is being (?:proved offline|rolled out); nothing to decide`),
    );

    // A stop asks nothing.
    expect(await breakwater(admin, 'abort', id, '-r', 'Seen enough')).toMatchObject({ code: 0 });
    expect((await breakwater(admin, 'watch', id)).code).toBe(5);
  });

  test('on a terminal somebody is asked, the waves are shown live, and a bad change ends with 2', async () => {
    await expect
      .poll(async () => (await breakwater(admin, 'status')).stdout, { timeout: 20_000, interval: 500 })
      .toContain('all healthy');
    const typed = await onTerminal(admin, ['submit', '--watch', bad, ...change], 'yes');
    const seen = stripVTControlCharacters(typed.stdout);
    expect({ code: typed.code, seen: typed.code === 2 ? '' : seen }).toEqual({ code: 2, seen: '' });
    expect(seen).toContain('on 4 hosts in 4 waves? Type yes to go on: yes');
    expect(typed.stdout).toContain('\u001B[');
    expect(seen).toMatch(/✔ preflight +every host proved it offline/);
    expect(seen).toMatch(/✖ canary +0 of 1 host confirmed, halted/);
    const end = seen.slice(seen.lastIndexOf('has halted'));
    expect(end).toContain('breakwater abort r-');
    expect(end).not.toContain('breakwater rollback');
    expect(seen.split(/[\r\n]+/).filter((line) => line.length > 80)).toEqual([]);
  });

  test('NO_COLOR is respected, and no is a no', async () => {
    const { code, stdout } = await onTerminal(admin, ['resume', (await halted()) ?? '', '-r', 'x'], 'no', {
      NO_COLOR: '1',
    });
    expect({ code, stdout }).toMatchObject({ code: 7, stdout: containing('nothing was done') });
    const status = await onTerminal(admin, ['status'], '', { NO_COLOR: '1' });
    expect(status.stdout).toMatch(/^DECIDE: r-\d+ has halted/);
    expect(stripVTControlCharacters(status.stdout)).toBe(status.stdout);
  });

  test('what the orchestrator refuses ends with 4, and says which role may', async () => {
    const id = (await halted()) ?? '';
    const approver = cliConfigs(fleet.runDir).approver;
    const { code, stderr } = await breakwater(approver, '-y', 'retry', id, 'ns1.ams', '-r', 'x');
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: containing('submitter, admin') });
    expect(await breakwater(admin, 'watch', 'r-99999')).toMatchObject({ code: 4 });
    expect(await breakwater(admin, 'watch', 'latest')).toMatchObject({ code: 6 });
    expect(await breakwater(admin, 'abort', id, '-r', 'Seen')).toMatchObject({ code: 0 });
  });
});

describe('the rest of it', () => {
  test('the tables fit 80 columns, and the timeline reads as it happened', async () => {
    const hosts = await onTerminal(admin, ['hosts'], '');
    const lines = stripVTControlCharacters(hosts.stdout).trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const { stdout } = await breakwater(admin, 'timeline', 'r-1');
    expect(stdout).toMatch(/\d\d:\d\d:\d\d {2}\+\d\S* +The canary wave went from pending to running\./);
    expect((await breakwater(admin, 'timeline', 'r-1', '--markdown')).stdout).toMatch(/^# r-1: /);
    expect((await breakwater(admin, 'audit')).stdout).toMatch(
      /^ {5}1 {2}\S+Z {2}rollout\.submitted +rollout=r-1 by=admin/,
    );
  });

  test('a host is drained without a question, and taken back with one', async () => {
    expect((await breakwater(admin, 'drain', 'ns2.fra', '-r', 'Memory')).stdout).toBe('ns2.fra is drained.');
    expect((await breakwater(admin, 'hosts')).stdout).toContain('drained: Memory');
    expect((await breakwater(admin, 'undrain', 'ns2.fra', '-r', 'Back')).code).toBe(6);
    const back = await breakwater(admin, '-y', 'undrain', 'ns2.fra', '-r', 'Back');
    expect(back.stdout).toBe('ns2.fra is in service.');
  });

  test('the line is stopped at once, and started after a question', async () => {
    expect((await breakwater(admin, 'line', 'stop', '-r', 'What is this?')).stdout).toContain('is stopped');
    expect((await breakwater(admin, 'status')).stdout).toMatch(/^DECIDE: the line is stopped/);
    expect((await breakwater(admin, 'line', 'start', '-r', 'x')).stderr).toContain('no rollout waits for it');
    const { stdout } = await breakwater(admin, 'line', 'start', '-r', 'Known now', '-y');
    expect(stdout).toBe('The line is running.');
    expect((await breakwater(admin, 'pages', 'test', '-r', 'New phone')).stdout).toMatch(/^sink: took it/);
  });

  test('with the first orchestrator gone the second is asked, and status names the one that is gone', async () => {
    const pid = await processOf(fleet.services['orchestrator'] ?? '');
    expect(pid).not.toBeNull();
    process.kill(pid ?? 0, 'SIGSTOP');
    try {
      const { code, stdout } = await breakwater(admin, 'status');
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: matching(/^Nothing is being/) });
      expect(stdout).toContain(`Orchestrator ${fleet.apis[0]} is not ready: it does not answer.`);
    } finally {
      process.kill(pid ?? 0, 'SIGCONT');
    }
    const dead = await breakwater(
      '',
      '--api',
      'http://127.0.0.1:10399',
      '--token-file',
      join(fleet.runDir, 'admin.token'),
      'hosts',
    );
    expect(dead).toMatchObject({
      code: 1,
      stderr: containing('http://127.0.0.1:10399: nothing listens there'),
    });
  });
});

async function halted(): Promise<string | undefined> {
  const { stdout } = await breakwater(admin, '--json', 'status');
  const { active } = JSON.parse(stdout) as { active: { id: string; state: string }[] };
  return active.find(({ state }) => state === 'halted')?.id;
}
