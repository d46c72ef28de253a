import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * From where another server is asked: from one address of this host, or from wherever the kernel likes where that is not
 * on this machine (yet) or is of the other family. All of 127.0.0.0/8 is on every machine, listed or not.
 * @returns what `dnsClient` takes as a part of its server.
 */
export function sourceFor(own: string, address: string): { source?: string } {
  const local =
    own.startsWith('127.') ||
    Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === own));
  return local && isIPv4(own) === isIPv4(address) ? { source: own } : {};
}
