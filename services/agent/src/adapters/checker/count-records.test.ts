import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConfiguredZone } from '../../core/configuration.ts';
import { countRecords } from './count-records.ts';
import type { Sandbox } from './sandbox.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-count-'));
});
afterEach(() => rm(folder, { recursive: true }));

const zone = (name: string): ConfiguredZone => ({
  name,
  type: 'primary',
  view: '_default',
  file: `/root/${name}`,
  inTree: name,
  format: 'text',
  selfContained: true,
});

/** Runs the counting with a program in place of `named-compilezone`, in no sandbox. */
async function counted(program: string) {
  const path = join(folder, 'named-compilezone');
  await writeFile(path, `#!/bin/sh\n${program}\n`);
  await chmod(path, 0o755);
  const sandbox: Sandbox = {
    run: async (_, command, input = () => '') => {
      const first = ['-c', 'PATH="$1:$PATH"; shift; exec "$@"', 'sh', folder];
      const { exitCode = 1, stdout } = await execa('sh', [...first, ...command(folder)], {
        input: input(folder),
        reject: false,
      });
      return {
        outcome: { kind: 'exited', code: exitCode, output: stdout },
        at: folder,
        atLivePath: true,
        isolated: true,
      };
    },
  };
  const place = { root: '/root', directory: '/root' };
  return countRecords(sandbox, folder, ['a', 'b', 'c'].map(zone), place);
}

const TWO = 'echo "a. 60 IN SOA x"; echo "a. 60 IN NS x"';

test('counts the records that are written', async () => {
  expect(await counted(TWO)).toEqual([2, 2, 2]);
});

test('a zone that cannot be loaded is not counted, and others are', async () => {
  expect(await counted(`${TWO}; case "$*" in *" b "*) exit 1;; esac`)).toEqual([2, null, 2]);
});

test('a zone at which the program is killed is not counted', async () => {
  expect(await counted(`${TWO}; case "$*" in *" b "*) kill -9 $$;; esac`)).toEqual([2, null, 2]);
});

test('where the shell itself ends in the middle, as it does when it can start no process, nothing is taken for 0', async () => {
  expect(await counted(`case "$*" in *" b "*) kill -9 $PPID; exit 0;; esac; ${TWO}`)).toEqual([
    2,
    null,
    null,
  ]);
});
