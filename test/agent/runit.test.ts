import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dnsClient } from '../../services/agent/src/adapters/dns/dns-packet-client.ts';
import { runitSupervisor } from '../../services/agent/src/adapters/supervisor/runit.ts';
import { sameProcess } from '../../services/agent/src/core/daemon.ts';
import { type NamedService, namedConf, processesIn, startNamed, until } from './named-service.ts';

let named: NamedService;
beforeAll(async () => {
  named = await startNamed();
});
afterAll(() => named.remove());

const supervisor = () => runitSupervisor(named);
const answers = async (): Promise<boolean> => {
  const client = dnsClient({ address: '127.0.0.1', port: named.port });
  const answer = await client.ask({ name: 'example.com', type: 'SOA', transport: 'udp', timeoutMs: 500 });
  return answer.kind === 'answer' && answer.rcode === 'NOERROR' && answer.aa;
};
const running = async () => {
  const { process } = await supervisor().observe();
  if (!process) throw new Error('nothing runs');
  return process;
};

describe('a daemon under runit', () => {
  test('is the process that runsv started', async () => {
    await until('named answers', answers);
    const state = await supervisor().observe();
    expect(state).toMatchObject({ exits: 0, lastExit: null });
    expect(await readFile(`/proc/${state.process?.pid}/comm`, 'utf8')).toBe('named\n');
    expect(await processesIn(named.config)).toEqual([state.process?.pid]);
  });

  test('is a new process after a restart', async () => {
    const runit = supervisor();
    const [before, { exits }] = [await running(), await runit.observe()];
    await runit.restart();
    await until(
      'a new process answers',
      async () => !sameProcess(before, (await runit.observe()).process) && answers(),
    );
    const after = await runit.observe();
    expect(after).toMatchObject({ exits: exits + 1, lastExit: 'exited with status 0' });
    expect(await processesIn(named.config)).toEqual([after.process?.pid]);
  });

  test('that was killed comes back, and is counted', async () => {
    const runit = supervisor();
    const [before, { exits }] = [await running(), await runit.observe()];
    process.kill(before.pid, 'SIGKILL');
    await until(
      'a new process answers',
      async () => !sameProcess(before, (await runit.observe()).process) && answers(),
    );
    expect(await runit.observe()).toMatchObject({
      exits: exits + 1,
      lastExit: 'killed by signal 9 (SIGKILL)',
    });
  });

  test('that is stopped, and cannot take a TERM, is restarted as well', async () => {
    const runit = supervisor();
    const before = await running();
    process.kill(before.pid, 'SIGSTOP');
    await runit.restart();
    expect((await runit.observe()).process).not.toEqual(before);
    await until(
      'a new process answers',
      async () => !sameProcess(before, (await runit.observe()).process) && answers(),
    );
  });

  test('whose configuration is bad ends again and again, and says why; a good one brings it back promptly', async () => {
    const runit = supervisor();
    const { exits } = await runit.observe();
    await writeFile(named.config, namedConf(named.folder, named.port, 'bogus yes;'));
    await runit.restart();
    await until('it has ended several times', async () => (await runit.observe()).exits >= exits + 3);
    expect((await runit.observe()).lastExit).toBe('exited with status 1');
    expect(await runit.lastWords()).toMatch(
      /named\.conf:\d+: unknown option 'bogus'[^]*exiting \(due to fatal error\)$/,
    );
    expect(await runit.lastWords()).not.toContain('BIND 9 is maintained');

    await writeFile(named.config, namedConf(named.folder, named.port));
    await runit.restart();
    await until('named answers', answers, 5000);
    expect(await processesIn(named.config)).toEqual([(await running()).pid]);
    expect(await runit.lastWords()).not.toContain('bogus');
  });

  test('that ignores TERM is killed after ten seconds', async () => {
    const run = `${named.service}/run`;
    const original = await readFile(run, 'utf8');
    const runit = supervisor();
    await writeFile(run, "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done # ignores TERM\n");
    await runit.restart();
    await until('the deaf one runs', async () => (await runit.observe()).process !== null);
    const deaf = await running();
    await writeFile(run, original);
    const started = Date.now();
    await runit.restart();
    expect(Date.now() - started).toBeGreaterThan(9000);
    await until('named answers', answers);
    expect(sameProcess(deaf, await running())).toBe(false);
    expect((await runit.observe()).lastExit).toBe('killed by signal 9 (SIGKILL)');
  });
});
