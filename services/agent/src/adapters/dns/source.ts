import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * From where another server is asked: from this host's own service address, as its clients' answers come from there, or
 * from wherever the kernel likes where the address is not on this machine (yet) or is of the other family.
 * @returns what `dnsClient` takes as a part of its server.
 */
export function sourceFor(own: string, address: string): { source?: string } {
  const local = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some((one) => one.address === own),
  );
  return local && isIPv4(own) === isIPv4(address) ? { source: own } : {};
}
