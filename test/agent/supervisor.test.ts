import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { supervisorContract } from './supervisor-contract.ts';
import { underRunit, underSystemd } from './supervisors.ts';
import { type Manager, startManager, whyNoSystemd } from './systemd-manager.ts';

const noSystemd = await whyNoSystemd();

describe('runit', () => {
  supervisorContract(underRunit, () => mkdtemp(join(tmpdir(), 'breakwater-runit-')));
});

describe.skipIf(noSystemd !== null)(
  `systemd${noSystemd === null ? '' : ` IS NOT TESTED: ${noSystemd}`}`,
  () => {
    let manager: Manager;
    supervisorContract(
      (folder) => underSystemd(manager, folder),
      async () => {
        manager = await startManager();
        return join(manager.folder, 'daemon');
      },
    );
  },
);
