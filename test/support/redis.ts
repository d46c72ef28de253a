import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A redis-server of a test's own, with the settings that the store demands. */
export interface PrivateRedis {
  port: number;
  /** Where connections go, in the form that the adapters take. */
  at: { address: string; port: number; password: null };
  /** Runs a command. */
  run(command: string, ...words: string[]): Promise<unknown>;
  /** What a power cut would do to the process: no chance to write or say anything. */
  kill9(): Promise<void>;
  kill9AndRestart(): Promise<void>;
  /** Starts it again after `kill9`, on what it has left on disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a redis-server on a free port of loopback, with its data in a new directory. */
export async function startRedis(): Promise<PrivateRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-redis-'));
  const port = await freePort();
  const at = { address: '127.0.0.1', port, password: null };
  let server = await launch(dir, port);
  const kill9 = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  const restart = async (): Promise<void> => {
    server = await launch(dir, port);
  };
  return {
    port,
    at,
    run: (command, ...words) => withClient(port, (client) => client.call(command, ...words)),
    kill9,
    restart,
    kill9AndRestart: async () => {
      await kill9();
      await restart();
    },
    stop: async () => {
      await kill9();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(dir: string, port: number): Promise<ChildProcess> {
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--dir', dir];
  const server = spawn('redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // What it prints is wanted only when it does not start, and must be read in any case.
  let said = '';
  server.stdout.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  process.once('exit', () => server.kill('SIGKILL'));
  const failed = new AbortController();
  const exited = once(server, 'exit', failed).then(() => {
    throw new Error(`redis-server ended:\n${said}`);
  });
  await Promise.race([withClient(port, (client) => client.ping()), exited]);
  exited.catch(() => undefined);
  failed.abort();
  return server;
}

async function withClient<T>(port: number, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 20, maxRetriesPerRequest: null });
  // It is refused until the server listens, and goes on trying.
  client.on('error', () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** A port of loopback that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
