import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What a link does with what is sent over it. */
export type LinkState =
  | 'open'
  /** Connections end, and no new one comes about. */
  | 'cut'
  /** Nothing arrives, and nobody is told: it is all kept, and delivered when the link is open again. */
  | 'clogged';

/** A host's way to one orchestrator, which can be cut and clogged. */
export interface Relay {
  /** Where the host connects instead. */
  readonly url: string;
  set(state: LinkState): void;
  close(): Promise<void>;
}

/** Opens a relay to a URL on loopback. */
export async function openRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: LinkState = 'open';
  const server = createServer((client) => {
    if (state === 'cut') return void client.destroy();
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (state === 'clogged') socket.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    set(next) {
      state = next;
      for (const socket of sockets) {
        if (next === 'cut') socket.destroy();
        else if (next === 'clogged') socket.pause();
        else socket.resume();
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
