import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { orchestratorsOf, type PlannedHost, servicePorts, type Size } from './layout.ts';

type Fleet = Pick<Size, 'portBase' | 'orchestrators'>;

/** A port that is needed, in words for the message that refuses it. */
interface Need {
  address: string;
  port: number;
  what: string;
}

async function tcpIsFree(address: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function udpIsFree(address: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

function needs(size: Fleet, hosts: readonly PlannedHost[]): { tcp: Need[]; udp: Need[] } {
  const ports = servicePorts(size.portBase);
  const address = '127.0.0.1';
  const dns = hosts.map((host) => ({
    address: host.address,
    port: host.port,
    what: `the name server ${host.id}`,
  }));
  const metrics = hosts.map((host) => ({
    address: host.address,
    port: host.metricsPort,
    what: `the metrics of ${host.id}`,
  }));
  return {
    tcp: [
      ...orchestratorsOf(size).flatMap(({ api, agents }) => [
        { address, port: api, what: 'the API' },
        { address, port: agents, what: "the agents' listener" },
      ]),
      { address, port: ports.redis, what: 'Redis' },
      { address, port: ports.pages, what: 'the page sink' },
      ...dns,
      ...metrics,
    ],
    udp: dns,
  };
}

/**
 * Says which needed port somebody else listens on, or `null`. It is asked before anything is started: a `named` that
 * cannot have its port keeps running and listens nowhere, and a fleet of those is hard to understand.
 */
export async function portInUse(size: Fleet, hosts: readonly PlannedHost[]): Promise<string | null> {
  const { tcp, udp } = needs(size, hosts);
  const refuse = ({ address, port, what }: Need, protocol: string): string =>
    `${protocol} port ${port} on ${address}, for ${what}, is in use; end what uses it, or give another --port-base than ${size.portBase}`;
  for (const need of tcp) if (!(await tcpIsFree(need.address, need.port))) return refuse(need, 'TCP');
  for (const need of udp) if (!(await udpIsFree(need.address, need.port))) return refuse(need, 'UDP');
  return null;
}
