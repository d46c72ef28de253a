import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox, type Outcome } from '../../services/agent/src/adapters/checker/sandbox.ts';
import { processesIn } from './named-service.ts';

let folder: string;
let server: Server;
const PORT = 24_010;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-sandbox-'));
  await chmod(folder, 0o755);
  for (const name of ['root', 'tree', 'state']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'secret'), 'a secret');
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(PORT, '127.53.24.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** Runs a shell script in a sandbox. */
async function run(script: string, timeoutMs = 10_000): Promise<Outcome> {
  const surroundings = { root: join(folder, 'root'), stateDir: join(folder, 'state'), directories: [] };
  const sandbox = await openSandbox({ ...surroundings, timeoutMs });
  const { outcome } = await sandbox.run(join(folder, 'tree'), () => ['sh', '-c', script, 'sh', folder]);
  return outcome;
}

/** What a program said. */
const told = (outcome: Outcome): string => (outcome.kind === 'exited' ? outcome.output : outcome.kind);

describe('a program in the sandbox', () => {
  test('cannot write anywhere', async () => {
    const places = '/tmp /usr /dev /var/tmp "$1" "$1/state" "$1/root"';
    const outcome = await run(
      `for each in ${places}; do echo x > "$each/x" && echo "wrote $each"; done; true`,
    );
    expect(outcome).toMatchObject({ kind: 'exited', code: 0 });
    expect(outcome.kind === 'exited' && outcome.output).not.toContain('wrote');
    expect(await readdir(join(folder, 'state'))).toEqual([]);
    expect(await readdir(join(folder, 'tree'))).toEqual([]);
  });

  test('sees no file that a configuration may not name', async () => {
    const outcome = await run('cat "$1/secret" /etc/passwd');
    expect(outcome).toMatchObject({ kind: 'exited', code: 1 });
    expect(told(outcome)).not.toMatch(/a secret|root:/);
  });

  test('reaches nobody on loopback', async () => {
    const script = `perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new("127.53.24.1:${PORT}") ? 0 : 7)'`;
    expect(await run(script)).toMatchObject({ kind: 'exited', code: 7 });
  });

  test('is a user whom nobody else is, without a capability', async () => {
    const outcome = await run('id -u; mount -o remount,rw,bind "$1/state"');
    expect(told(outcome)).toMatch(/^20\d{8}\n/);
    expect(outcome.kind === 'exited' && outcome.code).not.toBe(0);
  });

  test('cannot take all memory', async () => {
    const outcome = await run(`perl -e 'my $all = "x" x (5 * 1024 ** 3); print "got it"'`);
    expect(told(outcome)).toContain('Out of memory');
  });

  test('cannot start processes without end', async () => {
    const outcome = await run('n=0; while [ $n -lt 200 ]; do sleep 5 & n=$((n + 1)); done; echo all');
    expect(outcome.kind === 'exited' && outcome.output).toMatch(/[Ff]ork/);
    expect(outcome.kind === 'exited' && outcome.output).not.toContain('all');
  });

  test('runs also while whoever owns nothing runs more than it may', async () => {
    const crowd = 'n=0; while [ $n -lt 90 ]; do sleep 60 & n=$((n + 1)); done; echo here; wait';
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', crowd, 'sh', folder];
    const others = spawn('setpriv', asNobody, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    try {
      await once(others.stdout, 'data');
      expect(await run('echo runs')).toEqual({ kind: 'exited', code: 0, output: 'runs\n' });
    } finally {
      process.kill(-(others.pid ?? 0), 'SIGKILL');
    }
  });

  test('is killed after its time, with everything that it started', async () => {
    const marker = join(folder, 'left');
    expect(
      await run(`sh -c 'sleep 60; true' ${marker} & sh -c 'sleep 60; true' ${marker}`, 500),
    ).toMatchObject({
      kind: 'timeout',
    });
    expect(await processesIn(marker)).toEqual([]);
  });
});
