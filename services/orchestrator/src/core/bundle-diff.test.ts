import { DatacenterName, type Digest, HostId, type Manifest, manifestOf } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { changeOf, fileChanges, groupHosts, type RunningHost } from './bundle-diff.ts';

const A = 'a'.repeat(64) as Digest;
const B = 'b'.repeat(64) as Digest;

const host = (id: string, from: Digest | null = A): RunningHost => {
  return { id: HostId.parse(id), datacenter: DatacenterName.parse(id.split('.')[1]), from };
};

const CONF = { 'all/named.conf': 'options { };\n' };

describe('the hosts of a plan', () => {
  const groups = (
    hosts: readonly RunningHost[],
    submitted: Record<string, string>,
    running: Record<string, Manifest> = { [A]: manifestOf(CONF), [B]: manifestOf(CONF) },
  ) =>
    groupHosts(hosts, new Map(Object.entries(running) as [Digest, Manifest][]), manifestOf(submitted)).map(
      (group) => group.map(({ id }) => id),
    );

  test('that run the same, and for which no overlay of their own is there, are one group', () => {
    expect(groups([host('ns1.ams'), host('ns1.fra')], CONF)).toEqual([['ns1.ams', 'ns1.fra']]);
  });

  test('that run different generations are different groups, in the order of the plan', () => {
    expect(groups([host('ns1.fra', B), host('ns1.ams'), host('ns2.fra', B)], CONF)).toEqual([
      ['ns1.fra', 'ns2.fra'],
      ['ns1.ams'],
    ]);
  });

  test('with an overlay of their datacenter, or of their own, are groups of their own', () => {
    const hosts = ['ns1.ams', 'ns2.ams', 'ns1.fra', 'ns2.fra', 'ns1.iad'].map((id) => host(id));
    const submitted = { ...CONF, 'datacenter/fra/x': '', 'host/ns2.ams/x': '' };
    expect(groups(hosts, submitted)).toEqual([['ns1.ams', 'ns1.iad'], ['ns2.ams'], ['ns1.fra', 'ns2.fra']]);
  });

  test('count the overlays of what they run too: one that goes away changes them', () => {
    const running = { [A]: manifestOf({ ...CONF, 'host/ns2.ams/x': '' }) };
    expect(groups([host('ns1.ams'), host('ns2.ams')], CONF, running)).toEqual([['ns1.ams'], ['ns2.ams']]);
  });

  test('of which nothing is known are one group, whatever they run', () => {
    const hosts = [host('ns1.ams', B), host('ns2.ams', null), host('ns3.ams')];
    expect(groups(hosts, CONF, { [A]: manifestOf(CONF) })).toEqual([['ns1.ams', 'ns2.ams'], ['ns3.ams']]);
  });
});

describe('the files of a host', () => {
  const changes = (before: Record<string, string>, after: Record<string, string>, id = 'ns1.ams') =>
    fileChanges(manifestOf(before), manifestOf(after), host(id)).map(
      (change) => `${changeOf(change)} ${change.path}`,
    );

  test('are added, removed and changed, by path', () => {
    const before = { ...CONF, 'all/old.zone': 'x', 'all/same.zone': 'x' };
    const after = { 'all/named.conf': 'options {};\n', 'all/new.zone': 'x', 'all/same.zone': 'x' };
    expect(changes(before, after)).toEqual(['changed named.conf', 'added new.zone', 'removed old.zone']);
  });

  test('are those of its own overlays: what a later one hides changes nothing there', () => {
    const own = { 'host/ns1.ams/named.conf': 'own' };
    const after = { 'all/named.conf': 'other', ...own, 'host/ns3.ams/x': '', 'datacenter/fra/x': '' };
    expect(changes({ ...CONF, ...own }, after)).toEqual([]);
    expect(changes({ ...CONF, ...own }, after, 'ns2.ams')).toEqual(['changed named.conf']);
  });

  test('are taken from the host before the datacenter before all', () => {
    const before = { ...CONF, 'datacenter/ams/named.conf': 'ams', 'host/ns1.ams/named.conf': 'own' };
    expect(changes(before, { 'all/named.conf': 'own' })).toEqual([]);
    expect(changes(before, { 'all/named.conf': 'ams' }, 'ns2.ams')).toEqual([]);
    expect(changes(before, CONF, 'ns1.fra')).toEqual([]);
  });

  test('are the same wherever in the bundle they come from, but not when one is a template now', () => {
    expect(changes(CONF, { 'host/ns1.ams/named.conf': CONF['all/named.conf'] })).toEqual([]);
    expect(changes(CONF, { 'all/named.conf.tmpl': CONF['all/named.conf'] })).toEqual(['changed named.conf']);
  });
});
