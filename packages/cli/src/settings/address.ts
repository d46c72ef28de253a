import { isIP } from 'node:net';
import { badUsage } from '../failures.ts';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Reads the address of an orchestrator: https, or http on this machine, and never a name. In the outage that this
 * program is for, the name servers that would resolve it may be the ones that are gone.
 * @returns the origin, such as `https://192.0.2.1:7300`.
 */
export function readAddress(text: string): string {
  if (!URL.canParse(text)) throw badUsage(`"${text}" is not an address such as https://192.0.2.1:7300`);
  const url = new URL(text);
  const { protocol, hostname } = url;
  if (protocol !== 'https:' && protocol !== 'http:')
    throw badUsage(`"${text}" begins with ${protocol}//; it takes https:// (or http:// on 127.0.0.1)`);
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) === 0) {
    throw badUsage(
      `"${text}" holds the name ${hostname}, and no name is resolved here: it may be DNS that is broken`,
      `Find the address once and write it down: getent hosts ${hostname}`,
    );
  }
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    throw badUsage(`"${text}" would send the token over the network in clear; it takes https://`);
  if (url.username !== '' || url.password !== '')
    throw badUsage('an address holds no user or password; the token goes into BREAKWATER_TOKEN or a file');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw badUsage(`"${text}" goes on after the port; it takes ${url.origin}`);
  return url.origin;
}
