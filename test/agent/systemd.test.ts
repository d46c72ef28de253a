import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSupervisor } from '../../services/agent/src/adapters/supervisor/open.ts';
import { systemdSupervisor } from '../../services/agent/src/adapters/supervisor/systemd.ts';
import { until } from './named-service.ts';
import { setProgram, type Subject } from './supervisor-contract.ts';
import { underSystemd, unitText } from './supervisors.ts';
import { type Manager, startManager, whyNoSystemd } from './systemd-manager.ts';

const noSystemd = await whyNoSystemd();

describe.skipIf(noSystemd !== null)(
  `systemd${noSystemd === null ? '' : ` IS NOT TESTED: ${noSystemd}`}`,
  { timeout: 40_000 },
  () => {
    let manager: Manager;
    let subject: Subject;
    beforeAll(async () => {
      manager = await startManager();
      const folder = join(manager.folder, 'daemon');
      await mkdir(folder);
      await writeFile(join(folder, 'daemon'), '#!/bin/sh\nexec sleep 1000\n');
      await chmod(join(folder, 'daemon'), 0o755);
      subject = await underSystemd(manager, folder);
    });
    afterAll(() => manager.remove());

    const inspect = async (unit: string): Promise<{ fault: string | null; warnings: string[] }> => {
      const warnings: string[] = [];
      const { environment } = manager;
      const supervisor = systemdSupervisor({
        unit,
        scope: 'user',
        environment,
        warn: (said) => warnings.push(said),
      });
      return { fault: await supervisor.inspect(), warnings };
    };

    test('that is past the start limit starts nothing for anybody, and the good program for the driver', async () => {
      const driver = subject.open();
      await setProgram(subject, 'not starting');
      await driver.restart();
      await until('systemd has given up', async () => (await driver.observe()).gaveUp === true);
      await setProgram(subject, 'fine');
      // Without the driver: the good program does not start either.
      await expect(manager.systemctl('restart', 'daemon.service')).rejects.toThrow(/start/i);
      expect((await driver.observe()).process).toBeNull();
      await driver.restart();
      await until('it runs', async () => (await driver.observe()).process !== null, 3000);
      expect(await driver.observe()).toMatchObject({ gaveUp: false });
    });

    test('whose unit may take longer to stop than the agent waits is said, once', async () => {
      const { fault, warnings } = await inspect('daemon.service');
      expect(fault).toBeNull();
      expect(warnings).toEqual([
        expect.stringMatching(
          /^daemon\.service may take 1min 30s to stop .*set TimeoutStopSec=10 in a drop-in\.$/,
        ),
      ]);
      await manager.unit('quick.service', unitText('/bin/sleep 1000', 'TimeoutStopSec=10'));
      expect((await inspect('quick.service')).warnings).toEqual([]);
    });

    test('without the unit, or with a masked one, is a clear fault', async () => {
      expect((await inspect('nobody.service')).fault).toMatch(
        /nobody\.service cannot be used: systemd knows no such unit/,
      );
      await symlink('/dev/null', join(manager.folder, 'units', 'hidden.service'));
      await manager.unit('bad.service', '[Service]\nType=simple\n');
      expect((await inspect('hidden.service')).fault).toMatch(/hidden\.service cannot be used: it is masked/);
      expect((await inspect('bad.service')).fault).toMatch(
        /bad\.service cannot be used: systemd does not accept/,
      );
    });

    test('that does not answer at the start of the agent does not keep it from starting', async () => {
      const said: string[] = [];
      // The manager of this test is not the one that the environment names.
      const config = { driver: 'systemd', unit: 'daemon.service', scope: 'user' } as const;
      const before = process.env['XDG_RUNTIME_DIR'];
      process.env['XDG_RUNTIME_DIR'] = join(manager.folder, 'nobody');
      try {
        const supervisor = await openSupervisor(config, (sentence) => said.push(sentence));
        expect(said).toEqual([expect.stringMatching(/could not be asked about daemon\.service; going on/)]);
        await expect(supervisor.observe()).rejects.toThrow(/systemctl --user show daemon\.service: /);
      } finally {
        if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
        else process.env['XDG_RUNTIME_DIR'] = before;
      }
    });

    test('is asked nothing while the process that it named lives', async () => {
      const driver = subject.open();
      const state = await driver.observe();
      manager.signal('SIGSTOP');
      try {
        for (let looks = 0; looks < 20; looks += 1) expect(await driver.observe()).toEqual(state);
      } finally {
        manager.signal('SIGCONT');
      }
    });
  },
);
