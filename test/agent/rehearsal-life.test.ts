import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, expect, test } from 'vitest';
import { RehearsalHost, zoneText } from './rehearsal-host.ts';
import { until } from './named-service.ts';

const AGENT = fileURLToPath(new URL('rehearsing-agent.ts', import.meta.url));
const NOBODY = 65_534;
let host: RehearsalHost | undefined;
const agents: ChildProcess[] = [];

/** Starts an agent that rehearses; `before` is put in front of its command. */
async function startAgent(of: RehearsalHost, before: readonly string[] = [], program = ['named']) {
  const { root, stateDir, port, folder } = of;
  const tree = await of.stage({ serial: 44 });
  const store = { storeDir: join(folder, 'store'), config: 'named.conf', program };
  const options = { tree, root, stateDir, port, ...store, address: '127.0.0.1', addresses: [] };
  const command = [...before, process.execPath, AGENT, JSON.stringify(options)];
  const agent = spawn('env', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  agents.push(agent);
  return agent;
}

async function firstLine(agent: ChildProcess): Promise<string> {
  for await (const chunk of agent.stdout ?? []) return String(chunk);
  throw new Error('the agent ended without a word');
}

async function kill(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const ended = once(agent, 'exit');
  agent.kill('SIGKILL');
  await ended;
}

afterEach(async () => {
  await Promise.all(agents.splice(0).map(kill));
  const gone = host;
  host = undefined;
  if (gone === undefined) return;
  try {
    await until('the stages are gone', async () => (await gone.strangers()).length === 0);
  } finally {
    await gone.remove();
  }
});

test('an agent that is killed in a rehearsal leaves no process, no mount and no file', async () => {
  host = await RehearsalHost.start();
  const { folder } = host;
  const agent = await startAgent(host);
  expect(await firstLine(agent)).toContain('NOERROR 44');
  expect((await host.strangers([agent.pid ?? 0])).length).toBeGreaterThan(2);
  await kill(agent);
  await until('nothing of the rehearsal runs', async () => ((await host?.strangers()) ?? []).length === 0);
  expect(await readFile('/proc/mounts', 'utf8')).not.toContain(folder);
  const files = Object.keys(await host.picture()).filter((path) => path.startsWith(`${folder}/st`));
  expect(files.map((path) => path.slice(folder.length)).toSorted()).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/\.log$|(room|probe)\/./)]),
  );
});

test('an agent that is killed while it sets the stage up leaves nothing either', async () => {
  host = await RehearsalHost.start();
  for (const moment of ['unshare', 'relay.ts', '\0-f\0']) {
    const agent = await startAgent(host);
    const commands = async (): Promise<string[]> =>
      Promise.all(
        ((await host?.strangers([agent.pid ?? 0])) ?? []).map((pid) =>
          readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        ),
      );
    await until(`${moment} runs`, async () => (await commands()).some((command) => command.includes(moment)));
    await kill(agent);
    await until('nothing of it runs', async () => ((await host?.strangers()) ?? []).length === 0);
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(host.folder);
  }
});

test('an agent that is not root rehearses in a user namespace', async () => {
  host = await RehearsalHost.start();
  await chown(join(host.folder, 'store'), NOBODY, NOBODY);
  const { folder } = host;
  const before = await host.picture();
  const asNobody = [
    'setpriv',
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    'env',
    `TMPDIR=${folder}/store`,
  ];
  const agent = await startAgent(host, asNobody);
  expect(await firstLine(agent)).toContain('NOERROR 44');
  agent.stdin?.end();
  await once(agent, 'exit');
  const left = Object.entries(await host.picture()).filter(([path]) => !path.includes('staged-'));
  const made = ['', '/room', '/probe'].map((name) => [`${folder}/store/rehearsal${name}`, 'there']);
  expect(Object.fromEntries(left)).toEqual({ ...before, ...Object.fromEntries(made) });
});

test('the rehearsed daemon is the user that the live one is', async () => {
  host = await RehearsalHost.start({ program: ['named', '-u', 'nobody'], owner: NOBODY });
  await chmod(host.stateDir, 0o700);
  expect(await host.rehearse({})).toMatchObject({ code: 'rehearsed' });
  // What only root may read, root would have read.
  const verdict = await host.rehearse({
    statements: 'controls { }; tls t { cert-file "/etc/shadow"; key-file "/etc/shadow"; };',
    options: `listen-on port ${host.port + 1} tls t { any; };`,
  });
  expect(verdict.reason).toMatch(/\/etc\/shadow.*[Pp]ermission denied|[Pp]ermission denied.*\/etc\/shadow/);
});

test('changes of a dynamic zone that are only in its journal are there, and stay as they are', async () => {
  const dynamic = (stateDir: string) => ({
    zones: { 'dynamic.example': `type primary; file "${stateDir}/dynamic"; allow-update { localhost; };` },
  });
  host = await RehearsalHost.start({
    live: ({ stateDir }) => dynamic(stateDir),
    state: { dynamic: zoneText(1) },
  });
  const update = `server 127.0.0.1 ${host.port}\nzone dynamic.example\nupdate add new.dynamic.example 60 A 192.0.2.99\nsend\n`;
  await execa('nsupdate', [], { input: update });
  const before = await host.picture();
  expect(Object.keys(before)).toContain(`${host.stateDir}/dynamic.jnl`);
  const check = { name: 'new.dynamic.example', type: 'A', expect: { answers: ['192.0.2.99'] } };
  const verdict = await host.rehearse(dynamic(host.stateDir), { checks: [check] });
  expect(verdict).toMatchObject({ code: 'rehearsed' });
  const after = await host.picture();
  for (const path of Object.keys(before)) {
    if (path.startsWith(host.stateDir)) expect({ [path]: after[path] }).toEqual({ [path]: before[path] });
  }
});
