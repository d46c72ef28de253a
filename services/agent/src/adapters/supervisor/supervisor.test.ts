import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeExit, exitCounter } from './exits.ts';
import { pickLastWords, readLogFrom } from './last-words.ts';
import { observeProcess, parseStat } from './process.ts';
import { runitSupervisor } from './runit.ts';
import { runningPid } from './service-status.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-supervisor-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the status file of runsv', () => {
  // Written by runit 2.1.2, with process 10341 running.
  const running = Buffer.from('400000006b003fcb2f7f9d54652800000075 0001'.replace(' ', ''), 'hex');
  const withByte = (at: number, value: number) => Buffer.from(running.with(at, value));

  test('names the process that runs', () => expect(runningPid(running)).toBe(10_341));
  test('names none while the service is down or ./finish runs', () => {
    expect(runningPid(withByte(19, 0))).toBeNull();
    expect(runningPid(withByte(19, 2))).toBeNull();
  });
  test('names none when it is not what runsv writes', () => {
    expect(runningPid(Buffer.alloc(0))).toBeNull();
    expect(runningPid(running.subarray(1))).toBeNull();
  });
});

describe('a process', () => {
  const stat = (state: string) =>
    `77 (a) b (c) ${state} ${Array.from({ length: 30 }, (_, n) => n + 4).join(' ')}`;
  test('is known by its start time', () => expect(parseStat(stat('S'))).toEqual({ pid: 77, startedAt: 22 }));
  test('that is a zombie has ended', () => expect(parseStat(stat('Z'))).toBeNull());
  test('that is gone has ended', async () => expect(await observeProcess(2 ** 22 + 1)).toBeNull());
  test('that runs is found', async () =>
    expect(await observeProcess(process.pid)).toMatchObject({ pid: process.pid }));
});

describe('exits', () => {
  test.each([
    ['0 0', 'exited with status 0'],
    ['1 0', 'exited with status 1'],
    ['-1 9', 'killed by signal 9 (SIGKILL)'],
    ['-1 134', 'killed by signal 6 (SIGABRT)'],
    ['what', 'ended in a way that ./finish did not record ("what")'],
  ])('%j is said as "%s"', (line, words) => expect(describeExit(line)).toBe(words));

  test('are counted, and the count never goes back', async () => {
    const path = join(folder, 'exits');
    const count = exitCounter(path);
    expect(await count()).toEqual({ exits: 0, lastExit: null });
    await appendFile(path, '1 0\n-1 9\n0');
    expect(await count()).toEqual({ exits: 2, lastExit: 'killed by signal 9 (SIGKILL)' });
    await appendFile(path, ' 0\n');
    expect(await count()).toEqual({ exits: 3, lastExit: 'exited with status 0' });
    await writeFile(path, '2 0\n');
    expect(await count()).toEqual({ exits: 4, lastExit: 'exited with status 2' });
  });
});

describe('last words', () => {
  test('are the errors, each once, without their times', () => {
    const attempt = (second: number) =>
      [
        `20-Nov-2026 12:40:0${second}.918 general: info: loading configuration from '/etc/named.conf'`,
        `20-Nov-2026 12:40:0${second}.918 config: error: /etc/named.conf:4: unknown option 'bogus'`,
        `20-Nov-2026 12:40:0${second}.919 general: critical: exiting (due to fatal error)`,
      ].join('\n');
    expect(pickLastWords(`${attempt(1)}\n${attempt(2)}\n`).split('\n')).toEqual([
      "config: error: /etc/named.conf:4: unknown option 'bogus'",
      'general: critical: exiting (due to fatal error)',
    ]);
  });

  test('are found by words where no level is written, and are everything where nothing is wrong', () => {
    expect(pickLastWords('starting\nopen: permission denied\n')).toBe('open: permission denied');
    expect(pickLastWords('starting\nrunning\n')).toBe('starting\nrunning');
    expect(pickLastWords('')).toBe('');
  });

  test('are short and plain', () => {
    const words = pickLastWords(
      Array.from({ length: 50 }, (_, n) => `\u001B[31m error: ${n} ${'x'.repeat(300)}`).join('\n'),
    );
    expect(words).toHaveLength(1500);
    expect(words).not.toMatch(/[^\P{Cc}\n]/u);
    expect(words).toContain(' 49 ');
  });

  test('are read from the given place on, or from the start of a log that is new', async () => {
    const log = join(folder, 'log');
    expect(await readLogFrom(log, 0)).toBe('');
    await writeFile(log, 'old\nnew\n');
    expect(await readLogFrom(log, 4)).toBe('new\n');
    expect(await readLogFrom(log, 100)).toBe('old\nnew\n');
  });
});

test('without runsv nothing runs, and a restart says what is missing', async () => {
  const supervisor = runitSupervisor({ service: folder, log: join(folder, 'log') });
  expect(await supervisor.observe()).toEqual({ process: null, unsupervised: true, exits: 0, lastExit: null });
  await expect(supervisor.restart()).rejects.toThrow(`no runsv supervises ${folder}`);
  await expect(supervisor.restart()).rejects.toThrow('runsv');
});
