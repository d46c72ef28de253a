import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@breakwater/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEnrolment } from './open-enrolment.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-enrolment-'));
});
afterAll(() => rm(folder, { recursive: true }));

const host = (name: string, port: number) => ({
  id: name,
  datacenter: 'ams',
  address: '192.0.2.1',
  port,
  groups: [],
  labels: {},
  tokenSha256: sha256(`token of ${name}`),
});
const ONE = host('ns1.ams', 53);
const TWO = host('ns2.ams', 54);

async function opened() {
  const [hosts, operators] = [join(folder, 'hosts.json'), join(folder, 'operators.json')];
  const write = (entries: unknown) => writeFile(hosts, JSON.stringify(entries));
  await write([ONE]);
  await writeFile(operators, '[]');
  const enrolment = await openEnrolment(hosts, operators, (entries) => {
    if (entries.length === 0) throw new Error('the fleet is empty');
  });
  return { enrolment, write, hosts };
}

test('a host that is added is known by its token from the next reading on, and one that is gone is not', async () => {
  const { enrolment, write } = await opened();
  expect(await enrolment.reread()).toBeNull();
  await write([TWO]);
  expect(enrolment.identities.host('token of ns2.ams')).toBeNull();
  expect((await enrolment.reread())?.map(({ id }) => id)).toEqual(['ns2.ams']);
  expect(enrolment.identities.host('token of ns2.ams')).toBe('ns2.ams');
  expect(enrolment.identities.host('token of ns1.ams')).toBeNull();
  expect(await enrolment.reread()).toBeNull();
});

test.each([
  ['repeats an id', [ONE, { ...TWO, id: ONE.id }], /hosts.json\/1\/id: repeats the id of/],
  ['breaks a rule of the fleet', [], /the fleet is empty/],
  ['is not there', null, /ENOENT/],
])('a file that %s keeps the enrolment of before, until it is mended', async (_what, entries, why) => {
  const { enrolment, write, hosts } = await opened();
  await (entries === null ? rm(hosts) : write(entries));
  await expect(enrolment.reread()).rejects.toThrow(why);
  expect(enrolment.fault()).toMatch(why);
  expect(enrolment.hosts()).toMatchObject([{ id: 'ns1.ams' }]);
  expect(enrolment.identities.host('token of ns1.ams')).toBe('ns1.ams');
  await expect(enrolment.reread()).rejects.toThrow(why);
  await write([ONE, TWO]);
  expect(await enrolment.reread()).toHaveLength(2);
  expect(enrolment.fault()).toBeNull();
});

test('a file that is put back as it was has no fault any more', async () => {
  const { enrolment, write } = await opened();
  await write('nothing');
  await expect(enrolment.reread()).rejects.toThrow(/hosts.json/);
  await write([ONE]);
  await enrolment.reread();
  expect(enrolment.fault()).toBeNull();
});
