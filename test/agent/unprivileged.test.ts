import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, readFile, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleHost } from './console-host.ts';
import { until } from './named-service.ts';

const HELPER = fileURLToPath(new URL('../../services/agent/src/helper/main.ts', import.meta.url));
// Debian's nobody and nogroup.
const NOBODY = 65_534;
const possible = process.getuid?.() === 0 && existsSync('/usr/bin/systemd-socket-activate');
if (!possible)
  console.warn('SKIPPED, an unprivileged agent is not tried: it takes root and systemd-socket-activate');

/** The whole agent as nobody, a real helper as root behind socket activation, and a real named that is root's. */
describe.runIf(possible)('an agent that is nobody, beside a root helper', () => {
  let host: ConsoleHost;
  let endHelper: () => Promise<unknown>;
  beforeAll(async () => {
    host = await ConsoleHost.start({ user: NOBODY });
    const program = [process.execPath, HELPER];
    const env = `BREAKWATER_AGENT_CONFIG=${host.environment['BREAKWATER_AGENT_CONFIG']}`;
    const helper = spawn('systemd-socket-activate', ['-l', host.helper, '-E', env, ...program], {
      stdio: 'ignore',
    });
    const ended = once(helper, 'exit');
    endHelper = () => {
      helper.kill('SIGKILL');
      return ended;
    };
    await until('the socket is there', async () => existsSync(host.helper));
    await chown(host.helper, NOBODY, NOBODY);
    await chmod(host.helper, 0o600);
    host.startAgent();
    await until('it has adopted what is there', async () => host.status?.generation != null);
  });
  afterAll(async () => {
    await endHelper();
    await host.remove();
  });

  test('has no privileges at all', async () => {
    const status = await readFile(`/proc/${host.agentPid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(await readlink(host.root)).toContain(host.store);
  });

  test('applies a change, which is proved where the host allows it, and keeps it', async () => {
    const bundle = host.bundle('one');
    await host.bring({ epoch: 1, bundle, step: 'stage' }, 'ready');
    // Whether namespaces are allowed is the host's affair; which proof there was is always said.
    expect(host.reports.at(-1)?.reason).toMatch(/[Rr]ehears/);
    expect(host.reports.at(-1)?.reason).toMatch(/accepts the tree/);
    await host.bring({ epoch: 1, bundle, step: 'apply' }, 'soaked');
    expect(await host.version()).toBe('one');
    await host.bring({ epoch: 1, bundle, step: 'confirm' }, 'confirmed');
  });

  test('goes back when it is told to', async () => {
    const bundle = host.bundle('two');
    await host.bring({ epoch: 2, bundle, step: 'apply' }, 'soaked');
    expect(await host.version()).toBe('two');
    await host.bring({ epoch: 2, bundle, step: 'revert' }, 'reverted');
    expect(await host.version()).toBe('one');
  });

  test.each([
    ['root', null],
    ['its own user', NOBODY],
  ])('shows its status at the console to %s, and takes the order to go back', async (_, user) => {
    const epoch = user === null ? 3 : 4;
    const bundle = host.bundle(`version ${epoch}`);
    await host.bring({ epoch, bundle, step: 'apply' }, 'soaked');
    const { out } = await host.runAs(user, 'status', '--json');
    expect(JSON.parse(out)).toMatchObject({ agent: { pid: host.agentPid } });
    const back = await host.runAs(user, 'revert', '--reason', 'a test', '--json');
    expect(JSON.parse(back.out)).toMatchObject({ phase: 'reverted', exit: 0 });
    expect(await host.version()).toBe('one');
  });

  test.each([
    ['root', null],
    ['its own user', NOBODY],
  ])('can be done without: %s has the same command go back', async (_, user) => {
    const epoch = user === null ? 5 : 6;
    const bundle = host.bundle(`version ${epoch}`);
    await host.bring({ epoch, bundle, step: 'apply' }, 'soaked');
    await host.killAgent();
    const status = await host.runAs(user, 'status', '--json');
    expect(JSON.parse(status.out)).toMatchObject({ agent: null });
    const back = await host.runAs(user, 'revert', '--reason', 'a test', '--json');
    expect(`${back.out}${back.err}`).toContain('"exit":0');
    expect(await host.version()).toBe('one');
    host.startAgent();
    await until('the next agent tells of it', async () => host.reports.at(-1)?.state === 'reverted');
  });
});
