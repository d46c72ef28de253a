import { createServer } from 'node:net';
import { join } from 'node:path';
import { type BundleFiles, bundleDigest, type Digest, manifestOf, sha256 } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import { DISKS, type Scratch } from '../../testing/disks.ts';
import type { Disk } from '../disk/interface.ts';
import { openGenerations } from './file-generations.ts';
import { BundleError, type Generations, type TemplateView } from './interface.ts';

let on: Scratch;
let disk: Disk;
let folder: string;
let root: string;
let storeDir: string;
let generations: Generations;

const view = (): TemplateView => ({
  host: {
    id: 'ns1',
    address: '192.0.2.1',
    datacenter: 'ams',
    port: 53,
    controlPort: 953,
    root,
    stateDir: '/var',
  },
  vars: { ttl: 60 },
});

async function build(files: BundleFiles): Promise<Digest> {
  const manifest = manifestOf(files);
  const generation = bundleDigest(manifest);
  for (const text of Object.values(files)) await generations.put(sha256(text), Buffer.from(text));
  await generations.build(generation, manifest, view());
  return generation;
}
const fileOf = (generation: Digest, path: string) => textOf(join(generations.pathOf(generation), path));
const textOf = async (path: string) => (await disk.readFile(path)).toString();

describe.each(Object.entries(DISKS))('generations on a %s disk', (kind, makeDisk) => {
  beforeEach(async () => {
    on = await makeDisk();
    ({ disk, folder } = on);
    root = join(folder, 'etc');
    storeDir = join(folder, 'store');
    generations = await openGenerations({ root, storeDir, disk });
    return () => on.remove();
  });

  describe('building', () => {
    test('lays the overlays of this host over one another, and leaves out those of others', async () => {
      const generation = await build({
        'all/a': 'all',
        'all/b': 'all',
        'all/sub/c': 'all',
        'datacenter/ams/b': 'ams',
        'datacenter/fra/a': 'fra',
        'host/ns1/sub/c': 'ns1',
        'host/ns2/a': 'ns2',
      });
      expect(await fileOf(generation, 'a')).toBe('all');
      expect(await fileOf(generation, 'b')).toBe('ams');
      expect(await fileOf(generation, 'sub/c')).toBe('ns1');
    });

    test('renders templates, and takes x.tmpl and x for the same file', async () => {
      const generation = await build({
        'all/named.conf.tmpl': 'port {{host.port}} ttl {{vars.ttl}} root {{host.root}}',
        'all/zone.tmpl': 'everybody',
        'host/ns1/zone': 'mine, {{untouched}}',
      });
      expect(await fileOf(generation, 'named.conf')).toBe(`port 53 ttl 60 root ${root}`);
      expect(await fileOf(generation, 'zone')).toBe('mine, {{untouched}}');
      expect(await disk.readdir(generations.pathOf(generation))).toEqual(['named.conf', 'zone']);
    });

    test('names every unknown name of every template at once, and leaves nothing behind', async () => {
      const building = build({ 'all/a.tmpl': '{{host.prot}}', 'all/b.tmpl': '\n{{vars.tll}}' });
      await expect(building).rejects.toThrow(BundleError);
      await expect(building).rejects.toThrow(/all\/a\.tmpl:1: .*host\.prot.*; all\/b\.tmpl:2: .*vars\.tll/);
      expect(await disk.readdir(join(storeDir, 'generations'))).toEqual([]);
      expect(await disk.readdir(join(storeDir, 'tmp'))).toEqual([]);
    });

    test.each([
      [{ 'all/a': '', 'all/a.tmpl': '' }, 'the same file'],
      [{ 'all/a': '', 'host/ns1/a/b': '' }, 'needs a folder'],
      [{ 'host/ns2/a': '' }, 'nothing else in the bundle is for ns1'],
      [{ 'all/../../a': '' }, 'contains ".."'],
    ])('refuses %j', async (files, message) => {
      await expect(build(files)).rejects.toThrow(message);
    });

    test('makes files and folders that an unprivileged daemon can read, whatever the umask', async () => {
      const umask = process.umask(0o077);
      const generation = await build({ 'all/sub/a': 'x' }).finally(() => process.umask(umask));
      const tree = generations.pathOf(generation);
      const modes = await Promise.all(
        ['..', '.', 'sub', 'sub/a'].map(async (path) => (await disk.stat(join(tree, path))).mode & 0o777),
      );
      expect(modes).toEqual([0o755, 0o755, 0o755, 0o644]);
    });

    test('twice is building once', async () => {
      const files = { 'all/a': 'x' };
      const generation = await build(files);
      await disk.rm(join(storeDir, 'objects', sha256('x').slice(0, 2)), { recursive: true });
      await generations.build(generation, manifestOf(files), view());
      expect(await generations.intact(generation)).toBe(true);
    });

    test('needs the contents that it says are missing', async () => {
      const manifest = manifestOf({ 'all/a': 'one', 'all/b': 'two', 'all/c': 'one' });
      expect(await generations.missing(manifest)).toEqual([sha256('one'), sha256('two')]);
      await generations.put(sha256('one'), Buffer.from('one'));
      expect(await generations.missing(manifest)).toEqual([sha256('two')]);
      await expect(generations.put(sha256('two'), Buffer.from('tow'))).rejects.toThrow('digest');
      await expect(generations.build(bundleDigest(manifest), manifest, view())).rejects.toThrow(
        'not been fetched',
      );
    });

    test('does not use content that was damaged on disk, and fetches it again', async () => {
      const manifest = manifestOf({ 'all/a': 'one' });
      const digest = sha256('one');
      await generations.put(digest, Buffer.from('one'));
      await on.write(join(storeDir, 'objects', digest.slice(0, 2), digest), 'eno');
      await expect(generations.build(bundleDigest(manifest), manifest, view())).rejects.toThrow('damaged');
      expect(await generations.missing(manifest)).toEqual([digest]);
    });
  });

  describe('a generation', () => {
    test.each<[string, (tree: string) => Promise<unknown>]>([
      ['a changed file', (tree) => on.write(join(tree, 'a'), 'y')],
      ['a missing file', (tree) => disk.rm(join(tree, 'a'))],
      ['a further file', (tree) => on.write(join(tree, 'b'), '')],
      ['a further folder', (tree) => disk.mkdir(join(tree, 'd'))],
      ['damaged records', (tree) => on.write(join(tree, '../contents.json'), '{')],
    ])('with %s is not intact, and is built again', async (_what, damage) => {
      const generation = await build({ 'all/a': 'x' });
      expect(await generations.intact(generation)).toBe(true);
      await damage(generations.pathOf(generation));
      expect(await generations.intact(generation)).toBe(false);
      await build({ 'all/a': 'x' });
      expect(await generations.intact(generation)).toBe(true);
    });

    test('that is live is never replaced', async () => {
      const generation = await build({ 'all/a': 'x' });
      await generations.switchTo(generation);
      await on.write(join(root, 'a'), 'y');
      await expect(build({ 'all/a': 'x' })).rejects.toThrow('somebody changed its files');
      expect(await textOf(join(root, 'a'))).toBe('y');
    });

    test('differs from another only when they render to something else', async () => {
      const one = await build({ 'all/a': 'x', 'host/ns2/a': 'y' });
      const two = await build({ 'all/a': 'x', 'host/ns2/a': 'z' });
      const three = await build({ 'all/a': 'XYZ', 'all/b': 'x' });
      expect(await generations.difference(one, two)).toEqual({ added: [], removed: [], changed: [] });
      const changed = ['a'];
      expect(await generations.difference(one, three)).toEqual({ added: ['b'], removed: [], changed });
      expect(await generations.difference(three, one)).toMatchObject({ added: [], removed: ['b'] });
      await expect(generations.difference(one, sha256('no such'))).rejects.toThrow('nothing is recorded');
    });

    test('is not intact, and nothing can be switched to it, when it is not there', async () => {
      expect(await generations.intact(sha256(''))).toBe(false);
      await expect(generations.switchTo(sha256(''))).rejects.toThrow('ENOENT');
      expect(await generations.live()).toBeNull();
    });
  });

  describe('switching', () => {
    test('leads the root to another generation and back', async () => {
      const [one, two] = [await build({ 'all/a': '1' }), await build({ 'all/a': '2' })];
      for (const generation of [one, two, one, one]) {
        await generations.switchTo(generation);
        expect(await generations.live()).toBe(generation);
        expect(await disk.readlink(root)).toBe(generations.pathOf(generation));
      }
    });

    test('has the way back ready, so that a revert creates nothing', async () => {
      const [one, two] = [await build({ 'all/a': '1' }), await build({ 'all/a': '2' })];
      await generations.switchTo(one);
      await generations.switchTo(two);
      const names = await disk.readdir(folder);
      expect(names).toContain(`etc.to-${one}`);
      await generations.switchTo(one);
      expect(await disk.readdir(folder)).toEqual(names.filter((name) => name !== `etc.to-${one}`));
    });

    test.each<[string, () => Promise<unknown>]>([
      ['a folder', () => disk.mkdir(root)],
      ['nothing', async () => undefined],
      ['a link to elsewhere', () => disk.symlink('/nowhere/at/all', root)],
    ])('shows no generation where the root is %s', async (_what, make) => {
      await make();
      expect(await generations.live()).toBeNull();
    });
  });

  describe('adopting', () => {
    const original = () => join(folder, 'etc.original');
    beforeEach(async () => {
      await disk.mkdir(join(original(), 'zones/empty'), { recursive: true });
      await on.write(join(original(), 'named.conf'), 'original');
      await on.write(join(original(), 'rndc.key'), 'secret');
      await disk.chmod(join(original(), 'rndc.key'), 0o640);
      await disk.symlink('../named.conf', join(original(), 'zones/link'));
    });

    test('copies the tree that the root shows, faithfully, and leads the root to the copy', async () => {
      await disk.symlink('etc.original', root);
      const generation = await generations.adopt();
      expect(await generations.live()).toBe(generation);
      expect(await generations.intact(generation)).toBe(true);
      expect(await textOf(join(root, 'zones/link'))).toBe('original');
      expect((await disk.stat(join(root, 'rndc.key'))).mode & 0o777).toBe(0o640);
      expect((await disk.lstat(join(root, 'zones/empty'))).isDirectory()).toBe(true);
      expect(await textOf(join(original(), 'named.conf'))).toBe('original');
      expect(await generations.adopt()).toBe(generation);
    });

    test('refuses a folder that is no link, and says what to do', async () => {
      await disk.mkdir(root);
      await expect(generations.adopt()).rejects.toThrow(`mv ${root} ${root}.original && ln -s`);
      await disk.rm(root, { recursive: true });
      await expect(generations.adopt()).rejects.toThrow('does not lead anywhere');
    });

    test('refuses links out of the tree', async () => {
      await disk.symlink('etc.original', root);
      await disk.symlink('/etc/passwd', join(original(), 'absolute'));
      await disk.symlink('../../x', join(original(), 'zones/outside'));
      await expect(generations.adopt()).rejects.toThrow('(absolute, zones/outside)');
      expect(await disk.readlink(root)).toBe('etc.original');
    });

    test.runIf(kind === 'real')('refuses sockets', async () => {
      await disk.symlink('etc.original', root);
      const server = createServer().listen(join(original(), 'socket'));
      await new Promise((resolve) => server.once('listening', resolve));
      await expect(generations.adopt()).rejects.toThrow('neither a file nor a folder: socket');
      await new Promise((resolve) => server.close(resolve));
      expect(await disk.readlink(root)).toBe('etc.original');
    });
  });

  describe('cleaning up', () => {
    test('keeps what is named and what is live, and the contents that those were built from', async () => {
      const [one, two, three] = [
        await build({ 'all/a': '1' }),
        await build({ 'all/a': '2' }),
        await build({ 'all/a': '3' }),
      ];
      await generations.switchTo(one);
      await generations.switchTo(two);
      await generations.prune([three]);
      expect(await Promise.all([one, two, three].map((each) => generations.intact(each)))).toEqual([
        false,
        true,
        true,
      ]);
      expect(await generations.missing(manifestOf({ 'all/1': '1', 'all/2': '2', 'all/3': '3' }))).toEqual([
        sha256('1'),
      ]);
      expect((await disk.readdir(folder)).toSorted()).toEqual(['etc', 'store']);
    });

    test('removes at the next start what a killed agent left, and not what another is writing', async () => {
      const tmp = join(storeDir, 'tmp');
      await disk.mkdir(join(tmp, `${process.pid}-x`, 'tree'), { recursive: true });
      await disk.mkdir(join(tmp, `${process.ppid}-y`));
      await on.write(join(tmp, 'z'), '');
      await openGenerations({ root, storeDir, disk });
      expect(await disk.readdir(tmp)).toEqual([`${process.ppid}-y`]);
    });
  });
});
