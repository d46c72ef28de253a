import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BreakwaterError, sha256 } from '@breakwater/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnrolment } from './enrolment.ts';
import { fileIdentities } from './file-identities.ts';

const host = (n: number, changes: object = {}): object => ({
  id: `ns${n}.ams`,
  datacenter: 'ams',
  address: `192.0.2.${n}`,
  port: 53,
  groups: ['anycast'],
  labels: { role: 'authoritative' },
  tokenSha256: sha256(`host-${n}`),
  ...changes,
});
const operator = (name: string, changes: object = {}): object => ({
  name,
  role: 'admin',
  tokenSha256: sha256(name),
  ...changes,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-enrolment-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function enrol(hosts: unknown, operators: unknown) {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  await writeFile(join(folder, 'hosts.json'), text(hosts));
  await writeFile(join(folder, 'operators.json'), text(operators));
  return readEnrolment(join(folder, 'hosts.json'), join(folder, 'operators.json'));
}

/** The faults of an enrolment, with paths as seen from the folder. */
async function faultsOf(hosts: unknown, operators: unknown): Promise<string[]> {
  try {
    await enrol(hosts, operators);
    return [];
  } catch (error) {
    return (error as BreakwaterError).faults.map(
      ({ path, message }) => `${path.replace(`${folder}/`, '')} ${message}`,
    );
  }
}

describe('enrolment', () => {
  test('reads who is enrolled, and a token leads to its holder only', async () => {
    const identities = fileIdentities(
      await enrol(
        [host(1), host(2, { address: '2001:db8::2' })],
        [operator('sue'), operator('bob', { role: 'viewer' })],
      ),
    );
    expect(identities.host('host-2')).toBe('ns2.ams');
    const bob = { name: 'bob', role: 'viewer', scope: null };
    expect([identities.lastKnown('bob'), await identities.operator('bob')]).toEqual([bob, bob]);
    expect([
      identities.host('sue'),
      identities.lastKnown('host-1'),
      identities.host(''),
      identities.lastKnown('nobody'),
      identities.lastKnown(sha256('sue')),
    ]).toEqual(Array.from({ length: 5 }, () => null));
  });

  test.each<[string, object[], object[], string[]]>([
    [
      'a host name as an address',
      [host(1, { address: 'ns1.example.com' })],
      [],
      ['hosts.json/0/address must be an IP address; a name would have to be resolved'],
    ],
    ['a host twice', [host(1), host(2, { id: 'ns1.ams' })], [], ['hosts.json/1/id repeats the id of']],
    [
      'an address twice',
      [host(1), host(2, { address: '192.0.2.1' })],
      [],
      ['hosts.json/1/port repeats the address and port of'],
    ],
    [
      'an operator twice',
      [],
      [operator('sue'), operator('sue', { tokenSha256: sha256('x') })],
      ['operators.json/1/name repeats the name of'],
    ],
    [
      'a token of two hosts',
      [host(1), host(2, { tokenSha256: sha256('host-1') })],
      [],
      ['hosts.json/1/tokenSha256 repeats the token of'],
    ],
    [
      'a token of a host and an operator',
      [host(1)],
      [operator('sue', { tokenSha256: sha256('host-1') })],
      ['operators.json/0/tokenSha256 repeats the token of'],
    ],
    [
      'the name that is nobody’s',
      [],
      [operator('breakwater')],
      ['operators.json/0/name breakwater is the name'],
    ],
    ['an unknown role', [], [operator('sue', { role: 'root' })], ['operators.json/0/role']],
    [
      'a token in the clear',
      [],
      [operator('sue', { token: 'sue' })],
      ['operators.json/0/token is not a field'],
    ],
    [
      'faults in both files',
      [host(1, { port: 0 })],
      [operator('Sue')],
      ['hosts.json/0/port', 'operators.json/0/name'],
    ],
  ])('refuses %s', async (_what, hosts, operators, expected) => {
    const faults = await faultsOf(hosts, operators);
    expect(faults).toEqual(
      expected.map(
        (start) => expect.stringMatching(new RegExp(`^${start.replaceAll('.', '\\.')}`)) as unknown,
      ),
    );
  });

  test('refuses a file with a repeated key, and says which file', async () => {
    await expect(enrol('[{"id":"a","id":"b"}]', [])).rejects.toThrow(
      /hosts\.json: A key is repeated at line 1/,
    );
  });

  test('two hosts may share an address on different ports', async () => {
    expect(
      await faultsOf([host(1, { port: 5301 }), host(2, { address: '192.0.2.1', port: 5302 })], []),
    ).toEqual([]);
  });
});
