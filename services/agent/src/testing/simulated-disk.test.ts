import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Disk } from '../adapters/disk/interface.ts';
import { nodeDisk } from '../adapters/disk/node-disk.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const path = fc.constantFrom('a', 'b', 'f', 'f/a', 'f/b', 'f/g', 'f/g/a', 'l/a');
const operation = fc.oneof(
  fc.record({ do: fc.constant('write' as const), path, text: fc.string({ maxLength: 9 }) }),
  fc.record({ do: fc.constant('append' as const), path, text: fc.string({ maxLength: 9 }) }),
  fc.record({ do: fc.constant('truncate' as const), path, length: fc.nat(12) }),
  fc.record({ do: fc.constantFrom('rename' as const, 'link' as const, 'copy' as const), path, to: path }),
  fc.record({
    do: fc.constantFrom('mkdir' as const, 'mkdirs' as const, 'rm' as const, 'rmAll' as const),
    path,
  }),
  fc.record({
    do: fc.constantFrom('read' as const, 'list' as const, 'readlink' as const, 'sync' as const),
    path,
  }),
  fc.record({
    do: fc.constant('symlink' as const),
    path: fc.constantFrom('l', 'f/l'),
    to: fc.constantFrom('f', 'a', 'no'),
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function act(disk: Disk, root: string, what: Operation): Promise<unknown> {
  const at = join(root, what.path);
  switch (what.do) {
    case 'write':
      return withFile(disk, at, 'wx', (file) => file.writeFile(what.text));
    case 'append':
      return withFile(disk, at, 'r+', async (file) => {
        const bytes = Buffer.from(what.text);
        return file.write(bytes, 0, bytes.length, (await file.stat()).size).then((done) => done.bytesWritten);
      });
    case 'truncate':
      return withFile(disk, at, 'r+', (file) => file.truncate(what.length));
    case 'rename':
      return disk.rename(at, join(root, what.to));
    case 'link':
      return disk.link(at, join(root, what.to));
    case 'copy':
      return disk.copyFile(at, join(root, what.to));
    case 'mkdir':
      return disk.mkdir(at);
    case 'mkdirs':
      return disk.mkdir(at, { recursive: true });
    case 'rm':
      return disk.rm(at, { force: true });
    case 'rmAll':
      return disk.rm(at, { recursive: true, force: true });
    case 'read':
      return (await disk.readFile(at)).toString();
    case 'list':
      return (await disk.readdir(at)).toSorted();
    case 'readlink':
      return disk.readlink(at);
    case 'sync':
      return withFile(disk, at, 'r', (file) => file.sync());
    case 'symlink':
      return disk.symlink(what.to, at);
    default:
      return what satisfies never;
  }
}

async function withFile<T>(
  disk: Disk,
  at: string,
  flags: 'r' | 'r+' | 'wx',
  use: (file: Awaited<ReturnType<Disk['open']>>) => Promise<T>,
): Promise<T> {
  const file = await disk.open(at, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** What came of it; of an error only whether there is one, where kernels differ in which. */
async function outcome(disk: Disk, root: string, what: Operation): Promise<string> {
  try {
    const answer = await act(disk, root, what);
    return answer === undefined ? 'done' : JSON.stringify(answer).replaceAll(root, '');
  } catch {
    return 'refused';
  }
}

test('the simulated disk answers as the file system of this machine does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
      const folder = await mkdtemp(join(tmpdir(), 'breakwater-disk-'));
      const simulated = new SimulatedDisk().for({ dead: false });
      try {
        for (const [index, what] of operations.entries()) {
          const answers = [await outcome(nodeDisk, folder, what), await outcome(simulated, '/tmp', what)];
          expect({ index, what, answer: answers[1] }).toEqual({ index, what, answer: answers[0] });
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
    {
      numRuns: 200,
      // `force` forgives what is missing, and not a file where a folder should be.
      examples: [
        [
          [
            { do: 'write', path: 'f', text: '' },
            { do: 'rmAll', path: 'f/g' },
          ],
        ],
      ],
    },
  );
});

test('a power cut keeps what was synced and may take what was not', async () => {
  const kept = { content: 0, name: 0 };
  for (let round = 0; round < 100; round += 1) {
    let turn = round;
    const random = (): number => (turn = (turn * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const disk = new SimulatedDisk();
    const life = { dead: false };
    const used = disk.for(life);
    const write = async (name: string, syncName: boolean): Promise<void> => {
      await withFile(used, `/tmp/${name}`, 'wx', async (file) => {
        await file.writeFile('first ');
        await file.sync();
        await file.write(Buffer.from('second'), 0, 6, 6);
      });
      if (syncName) await withFile(used, '/tmp', 'r', (file) => file.sync());
    };
    await write('safe', true);
    await write('unsafe', false);
    life.dead = true;
    disk.cutPower(random);
    expect(disk.peek('/tmp/safe')?.text).toMatch(/^first /);
    if (disk.peek('/tmp/safe')?.text === 'first second') kept.content += 1;
    if (disk.peek('/tmp/unsafe') !== null) kept.name += 1;
  }
  for (const count of Object.values(kept)) {
    expect(count).toBeGreaterThan(5);
    expect(count).toBeLessThan(95);
  }
});
