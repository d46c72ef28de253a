import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Supervisor } from '../../services/agent/src/adapters/supervisor/interface.ts';
import { observeProcess } from '../../services/agent/src/adapters/supervisor/process.ts';
import { type DaemonState, type ProcessId, sameProcess } from '../../services/agent/src/core/daemon.ts';
import { until } from './named-service.ts';

/** A daemon that can be given another program, and its supervisor. */
export interface Subject {
  folder: string;
  /** The script that is run as the daemon; `setProgram` writes it. */
  program: string;
  log: string;
  /** Whether how a process ended is known also when nobody looked before the next one was started. */
  keepsLastExit: boolean;
  /** A new driver, as a newly started agent has it. */
  open(): Supervisor;
  /** Has the supervisor stop noticing anything, and go on again. */
  pause(): void;
  resume(): void;
  /** Ends the supervisor, but not the daemon. */
  abandon(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Programs that do one odd thing each. What is ignored stays ignored over `exec`; SET gets the number of a process
 * that has set its trap, before which TERM ends it as any other.
 */
const PROGRAMS = {
  fine: 'exec sleep 1000',
  another: 'exec sleep 2000',
  // systemd sends TERM to the whole group, one by one: it may reach what the trap has just begun.
  'slow to stop': `trap 'trap "" TERM; sleep 2; exit 0' TERM; echo $$ >"$SET"; while :; do sleep 0.05; done`,
  'deaf to TERM': `trap '' TERM; echo $$ >"$SET"; exec sleep 1000`,
  'not starting': 'echo "general: error: cannot start" >>"$LOG"; exit 7',
  'ending soon': 'sleep 0.2; exit 3',
} as const;

const trapFile = ({ folder }: Subject): string => join(folder, 'trap-is-set');

/** Writes the program of the next start. */
export async function setProgram(subject: Subject, program: keyof typeof PROGRAMS): Promise<void> {
  await writeFile(
    subject.program,
    `#!/bin/sh\nLOG='${subject.log}' SET='${trapFile(subject)}'\n${PROGRAMS[program]}\n`,
  );
}

/** What every daemon driver does, whoever supervises. */
export function supervisorContract(
  start: (folder: string) => Promise<Subject>,
  folderFor: () => Promise<string>,
): void {
  let subject: Subject;
  beforeAll(async () => {
    const folder = await folderFor();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'daemon'), `#!/bin/sh\n${PROGRAMS.fine}\n`);
    await chmod(join(folder, 'daemon'), 0o755);
    subject = await start(folder);
  });
  afterAll(() => subject?.remove());

  const newProcess = async (
    driver: Supervisor,
    old: ProcessId | null,
    withinMs?: number,
  ): Promise<ProcessId> => {
    let found: ProcessId | null = null;
    await until(
      'there is a new process',
      async () => {
        found = (await driver.observe()).process;
        return found !== null && !sameProcess(found, old);
      },
      withinMs,
    );
    return found!;
  };
  const untilRuns = async (driver: Supervisor, command: string): Promise<ProcessId> => {
    let found: ProcessId | null = null;
    await until(`${command.replaceAll('\x00', ' ')}runs`, async () => {
      found = (await driver.observe()).process;
      const running = await readFile(`/proc/${found?.pid}/cmdline`, 'utf8').catch(() => '');
      return running === command;
    });
    return found!;
  };
  /** A driver, and the process that runs, whatever the test before has left behind. */
  const begin = async (
    program: keyof typeof PROGRAMS = 'fine',
  ): Promise<{ driver: Supervisor; old: ProcessId }> => {
    const driver = subject.open();
    await setProgram(subject, program);
    const before = (await driver.observe()).process;
    await driver.restart();
    let old = await newProcess(driver, before);
    // After a crash loop that may still be a process of the program before, with a moment left to live.
    if (program === 'fine') old = await untilRuns(driver, 'sleep\x001000\x00');
    if (PROGRAMS[program].startsWith('trap')) {
      const isSet = async (): Promise<boolean> =>
        (await readFile(trapFile(subject), 'utf8').catch(() => '')).trim() === String(old.pid);
      await until('its trap is set', isSet);
    }
    return { driver, old };
  };

  /** What is not known of an end that nobody saw may be left out, and never made up. */
  const expectEnd = ({ lastExit }: DaemonState, words: string): void => {
    if (lastExit !== null || subject.keepsLastExit) expect(lastExit).toBe(words);
  };

  describe('a supervised daemon', () => {
    test('is known by its process and start time, to every driver alike', async () => {
      const { driver, old } = await begin();
      expect(await observeProcess(old.pid)).toEqual(old);
      expect((await driver.observe()).process).toEqual(old);
      expect((await subject.open().observe()).process).toEqual(old);
    });

    test('is a new process after a restart, with one exit more', async () => {
      const { driver, old } = await begin();
      const { exits } = await driver.observe();
      await driver.restart();
      await newProcess(driver, old, 5000);
      expect(await observeProcess(old.pid)).toBeNull();
      expect((await driver.observe()).exits).toBe(exits + 1);
      expectEnd(await driver.observe(), 'killed by signal 15 (SIGTERM)');
    });

    test('that is killed is started again, and counted', async () => {
      const { driver, old } = await begin();
      const { exits } = await driver.observe();
      process.kill(old.pid, 'SIGKILL');
      await newProcess(driver, old);
      expect((await driver.observe()).exits).toBe(exits + 1);
      expectEnd(await driver.observe(), 'killed by signal 9 (SIGKILL)');
    });

    test('that is killed between two looks is counted as well', async () => {
      const { driver, old } = await begin();
      const { exits } = await driver.observe();
      const other = subject.open();
      process.kill(old.pid, 'SIGKILL');
      const next = await newProcess(other, old);
      process.kill(next.pid, 'SIGKILL');
      await newProcess(other, next);
      expect((await driver.observe()).exits).toBe(exits + 2);
    });

    test('that takes its time to stop is waited for, and never runs twice', async () => {
      const { driver, old } = await begin('slow to stop');
      await setProgram(subject, 'fine');
      const asked = performance.now();
      await driver.restart();
      expect(performance.now() - asked).toBeGreaterThan(1500);
      expect(sameProcess(old, (await driver.observe()).process)).toBe(false);
      await newProcess(driver, old);
    });

    test('that is deaf to TERM is killed after ten seconds, and a new one runs', async () => {
      const { driver, old } = await begin('deaf to TERM');
      await setProgram(subject, 'fine');
      const asked = performance.now();
      await driver.restart();
      const took = performance.now() - asked;
      expect(took).toBeGreaterThan(9000);
      expect(took).toBeLessThan(15_000);
      await newProcess(driver, old, 5000);
      expectEnd(await driver.observe(), 'killed by signal 9 (SIGKILL)');
      expect(await driver.lastWords()).toContain('had not ended 10 s after TERM, and was killed');
    });

    test('that is stopped, and so cannot take a TERM, is restarted without waiting for KILL', async () => {
      const { driver, old } = await begin();
      process.kill(old.pid, 'SIGSTOP');
      const asked = performance.now();
      await driver.restart();
      await newProcess(driver, old);
      expect(performance.now() - asked).toBeLessThan(8000);
    });

    test('may be restarted twice at once: one process is left', async () => {
      const { driver, old } = await begin();
      await Promise.all([driver.restart(), driver.restart()]);
      await newProcess(driver, old);
      await until('it stays', async () => {
        const { process } = await driver.observe();
        return process !== null && !sameProcess(process, old);
      });
      expect(await observeProcess(old.pid)).toBeNull();
    });

    test('that does not start is seen to end again and again, and a good program brings it back at once', async () => {
      const { driver, old } = await begin();
      await setProgram(subject, 'not starting');
      const { exits } = await driver.observe();
      await driver.restart();
      await until('it has ended three times', async () => (await driver.observe()).exits >= exits + 3);
      expect((await driver.observe()).lastExit).toBe('exited with status 7');
      expect(await driver.lastWords()).toContain('general: error: cannot start');
      await setProgram(subject, 'fine');
      await driver.restart();
      await newProcess(driver, old, 3000);
    });

    test('in a crash loop is counted, also by a driver that was just opened', async () => {
      const { driver } = await begin();
      await setProgram(subject, 'ending soon');
      await driver.restart();
      const other = subject.open();
      const { exits } = await other.observe();
      await until('it has ended twice', async () => (await other.observe()).exits >= exits + 2);
      await setProgram(subject, 'fine');
      await other.restart();
      const now = await newProcess(other, null);
      expect(await observeProcess(now.pid)).toEqual(now);
    });

    test('goes on while its supervisor is busy, and is restarted as soon as that is not', async () => {
      const { driver, old } = await begin();
      await setProgram(subject, 'another');
      subject.pause();
      const asked = driver.restart().catch((error: unknown) => error);
      try {
        expect(await observeProcess(old.pid)).toEqual(old);
        expect((await driver.observe()).process).toEqual(old);
      } finally {
        subject.resume();
      }
      await asked;
      await newProcess(driver, old);
    });

    test('whose supervisor is gone: nobody can restart it, and the driver says so', async () => {
      const { driver } = await begin();
      await subject.abandon();
      await expect(driver.restart()).rejects.toThrow(/systemctl|no runsv supervises/);
      // Where the supervisor's own files still tell something, it is that nobody looks after the daemon, which goes on.
      const seen = await driver.observe().catch(() => null);
      if (seen !== null) expect(seen).toMatchObject({ process: null, unsupervised: true });
    });
  });
}
