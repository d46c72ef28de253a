import { readlink } from 'node:fs/promises';
import { execa } from 'execa';
import { type FleetHost, processOf } from './fleet.ts';

/** What a host really runs, looked up at the host itself; no orchestrator is asked. */
export interface Sighting {
  /** What the managed root links to. */
  generation: string;
  /** The process of the name server. */
  named: number | null;
}

async function lookAt(host: FleetHost): Promise<Sighting> {
  return { generation: await readlink(host.root), named: await processOf(host.services.named) };
}

export async function lookAtAll(hosts: readonly FleetHost[]): Promise<Map<string, Sighting>> {
  return new Map(await Promise.all(hosts.map(async (host) => [host.id, await lookAt(host)] as const)));
}

/** Asks a host's name server for the addresses of a name; nothing when it refuses or does not answer. */
export async function ask(host: FleetHost, name: string): Promise<string[]> {
  const question = [`@${host.address}`, '-p', String(host.port), '+short', '+tries=2', '+time=1', name, 'A'];
  const { stdout } = await execa('dig', question, { reject: false });
  return (stdout ?? '')
    .split('\n')
    .filter((line) => /^[\d.]+$/.test(line))
    .toSorted();
}

export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
