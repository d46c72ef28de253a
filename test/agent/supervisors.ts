import { spawn } from 'node:child_process';
import { appendFile, chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runitSupervisor } from '../../services/agent/src/adapters/supervisor/runit.ts';
import { systemdSupervisor } from '../../services/agent/src/adapters/supervisor/systemd.ts';
import { processesIn, until } from './named-service.ts';
import type { Subject } from './supervisor-contract.ts';
import type { Manager } from './systemd-manager.ts';

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** `<folder>/daemon` under a real runsv. */
export async function underRunit(folder: string): Promise<Subject> {
  const [service, log, program] = [join(folder, 'service'), join(folder, 'log'), join(folder, 'daemon')];
  await mkdir(service);
  await symlink(program, join(service, 'run'));
  await writeFile(join(service, 'finish'), '#!/bin/sh\necho "$1 $2" >> exits\n');
  await chmod(join(service, 'finish'), 0o755);
  await appendFile(log, '');
  const runsv = spawn('runsv', [service], { stdio: 'ignore', env: { PATH } });
  const ended = new Promise((resolve) => runsv.once('exit', resolve));
  const open = () => runitSupervisor({ service, log });
  await until('runsv has started it', async () => (await open().observe()).process !== null);
  const abandon = async (): Promise<void> => {
    const { process: left } = await open().observe();
    runsv.kill('SIGKILL');
    await ended;
    if (left !== null) process.kill(left.pid, 'SIGKILL');
  };
  return {
    folder,
    program,
    log,
    keepsLastExit: true,
    open,
    pause: () => void runsv.kill('SIGSTOP'),
    resume: () => void runsv.kill('SIGCONT'),
    abandon,
    remove: async () => {
      runsv.kill('SIGCONT');
      if (runsv.exitCode === null && runsv.signalCode === null) await abandon();
      for (const pid of await processesIn(folder)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}

/** The text of a unit as Debian's `named.service` has it, as far as it matters to a driver. */
export function unitText(program: string, more = ''): string {
  return `[Unit]
Description=a name server of a test
[Service]
Type=simple
Environment=PATH=${PATH}
ExecStart=${program}
Restart=always
RestartSec=100ms
${more}`;
}

/** `<folder>/daemon` under a real systemd. */
export async function underSystemd(
  manager: Manager,
  folder: string,
  more = 'TimeoutStopSec=90',
): Promise<Subject> {
  const [log, program] = [join(folder, 'log'), join(folder, 'daemon')];
  const unit = 'daemon.service';
  await appendFile(log, '');
  await manager.unit(unit, unitText(program, more));
  await manager.systemctl('start', unit);
  const { environment } = manager;
  return {
    folder,
    program,
    log,
    keepsLastExit: false,
    open: () => systemdSupervisor({ unit, scope: 'user', log, environment }),
    pause: () => manager.signal('SIGSTOP'),
    resume: () => manager.signal('SIGCONT'),
    abandon: () => manager.remove(),
    remove: () => manager.remove(),
  };
}
