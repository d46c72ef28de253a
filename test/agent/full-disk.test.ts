import { mkdtemp, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleDigest, type Digest, manifestOf, sha256, systemClock } from '@breakwater/shared';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGenerations } from '../../services/agent/src/adapters/generations/file-generations.ts';
import { openJournal } from '../../services/agent/src/adapters/journal/file-journal.ts';

// A disk can be filled only where it may be mounted; elsewhere these are skipped, and say so.
const isRoot = process.getuid?.() === 0;
const options = { clock: systemClock, boot: 'boot' };
const reverting = {
  type: 'reverting',
  epoch: 1,
  verdict: { verdict: 'fail', code: 'x', reason: 'y' },
  process: null,
} as const;
let disk: string;

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'breakwater-disk-'));
  if (isRoot) await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m,nr_inodes=100', 'breakwater-test', disk]);
});
afterAll(async () => {
  if (isRoot) await execa('umount', ['--lazy', disk]);
  await rmdir(disk);
});

/** Takes all blocks, then all names. */
async function fill(): Promise<void> {
  await writeFile(join(disk, 'filler'), Buffer.alloc(4 << 20)).catch(() => undefined);
  for (let n = 0; ; n += 1) {
    try {
      await symlink('nowhere', join(disk, `name-${n}`));
    } catch {
      return;
    }
  }
}

test.runIf(isRoot)('a full disk stops a new change, and not the way back', async () => {
  const journal = await openJournal(join(disk, 'journal'), options);
  const recordsOnDisk = async () => {
    const again = await openJournal(join(disk, 'journal'), options);
    await again.close();
    return again.records();
  };
  const root = join(disk, 'etc');
  const generations = await openGenerations({ root, storeDir: join(disk, 'store') });
  const build = async (text: string): Promise<Digest> => {
    const manifest = manifestOf({ 'all/named.conf': text });
    await generations.put(sha256(text), Buffer.from(text));
    await generations.build(bundleDigest(manifest), manifest, {
      host: {
        id: 'ns1',
        address: '192.0.2.1',
        datacenter: 'ams',
        port: 53,
        controlPort: 953,
        root,
        stateDir: '/',
      },
      vars: {},
    });
    return bundleDigest(manifest);
  };
  const [good, bad] = [await build('good'), await build('bad')];
  await generations.switchTo(good);
  await generations.switchTo(bad);
  await fill();

  await expect(build('another')).rejects.toThrow('ENOSPC');
  // The last block of the file takes a few records more.
  const appendUntilFull = async () => {
    for (;;) await journal.append({ type: 'soaking', epoch: 1 });
  };
  await expect(appendUntilFull()).rejects.toThrow('the disk is full');
  const before = journal.records().length;
  expect(await recordsOnDisk()).toHaveLength(before);

  await journal.append(reverting);
  await generations.switchTo(good);
  expect(await generations.live()).toBe(good);
  expect(await readFile(join(root, 'named.conf'), 'utf8')).toBe('good');
  expect(await recordsOnDisk()).toHaveLength(before + 1);

  await rm(join(disk, 'filler'));
  await journal.append({ type: 'soaking', epoch: 2 });
  expect(journal.records().at(-1)).toMatchObject({ epoch: 2, seq: before + 2 });
  await journal.close();
});
