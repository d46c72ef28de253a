import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What happens to the next request that contains the marker; either way its connection is cut. */
export type Loss =
  /** It never arrives. */
  | 'request'
  /** It arrives, and the answer is lost. */
  | 'reply'
  /** It is stuck on its way, and arrives when `release` is called. */
  | 'late';

export interface LossyProxy {
  port: number;
  lose(loss: Loss): void;
  release(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a client and a server on loopback, and loses exactly what a test wants lost. */
export async function lossyProxy(target: number, marker: string): Promise<LossyProxy> {
  let loss: Loss | null = null;
  const stuck: { upstream: Socket; bytes: Buffer }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    let held = false;
    client.on('close', () => held || upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes: Buffer) => {
      const what = bytes.includes(marker) ? loss : null;
      if (what === null) return upstream.write(bytes);
      loss = null;
      held = what === 'late';
      if (what === 'late') stuck.push({ upstream, bytes });
      if (what !== 'reply') return client.destroy();
      upstream.removeAllListeners('data');
      upstream.once('data', () => client.destroy());
      return upstream.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    lose: (what) => {
      loss = what;
    },
    release: async () => {
      for (const { upstream, bytes } of stuck.splice(0)) {
        upstream.removeAllListeners('data');
        upstream.write(bytes);
        await once(upstream, 'data');
        upstream.destroy();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
