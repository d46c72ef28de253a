import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Operated } from './interface.ts';
import { readLine, Request, type Response } from './messages.ts';
import { consoleFolder, withSocketPath } from './socket-path.ts';

const MOST_AT_ONCE = 8;
const SILENT_FOR_MS = 10_000;

/**
 * Lets the console talk to this agent, over a socket in its store that only its own user and root can open. An old
 * socket is replaced: the agent's lock says that nobody listens on it any more.
 * @returns what ends it.
 */
export async function openConsole(storeDir: string, agent: Operated): Promise<() => void> {
  const folder = consoleFolder(storeDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const server = createServer((socket) => {
    socket.setTimeout(SILENT_FOR_MS);
    serve(socket, agent).catch(() => socket.destroy());
  });
  server.maxConnections = MOST_AT_ONCE;
  await withSocketPath(storeDir, async (path) => {
    await rm(path, { force: true });
    await listen(server, path);
    await chmod(path, 0o600);
  });
  server.on('error', () => undefined);
  return () => void server.close();
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

async function serve(socket: Socket, agent: Operated): Promise<void> {
  const line = await readLine(socket);
  // Restarting a daemon takes its time, and the console waits for it.
  socket.setTimeout(0);
  socket.on('error', () => socket.destroy());
  socket.end(`${JSON.stringify(await answer(line, agent))}\n`);
}

async function answer(line: string, agent: Operated): Promise<Response> {
  try {
    const request = Request.parse(JSON.parse(line));
    if (request.ask === 'status') return { status: await agent.status() };
    const { verb, reason } = request;
    return { outcome: await agent.operate({ verb, reason }) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
