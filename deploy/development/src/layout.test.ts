import { expect, test } from 'vitest';
import { planHosts } from './layout.ts';

const size = { hosts: 5, datacenters: 2, portBase: 7300 };

test('where no address may be added, no two things of the fleet want the same port', () => {
  const hosts = planHosts(size, null);
  const ports = hosts.flatMap(({ port, controlPort, metricsPort }) => [port, controlPort, metricsPort]);
  expect(new Set(ports).size).toBe(3 * 5);
  expect(Math.min(...ports)).toBe(7400);
});

test('hosts that share an address still ask one another from addresses of their own', () => {
  const hosts = planHosts(size, null);
  expect(new Set(hosts.map(({ address }) => address)).size).toBe(1);
  expect(new Set(hosts.map(({ askFrom }) => askFrom)).size).toBe(5);
});

test('with addresses, every host has the same ports on its own', () => {
  const addresses = ['127.53.0.1', '127.53.0.2', '127.53.0.3', '127.53.0.4', '127.53.0.5'];
  const hosts = planHosts(size, addresses);
  expect(hosts.map(({ address }) => address)).toEqual(addresses);
  for (const host of hosts) {
    expect([host.port, host.controlPort, host.metricsPort]).toEqual([7353, 7354, 7355]);
  }
});
