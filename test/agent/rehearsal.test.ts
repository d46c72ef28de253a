import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { switchedOff } from '../../services/agent/src/adapters/rehearsal/named-rehearsal.ts';
import { type Candidate, RehearsalHost, zoneText } from './rehearsal-host.ts';

let host: RehearsalHost;
let before: Record<string, string>;
const state = (path: string): string => join(host.stateDir, path);

/** A program that stands in for named. */
async function program(name: string, text: string): Promise<string[]> {
  const path = join(host.folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return [path];
}

/** What is wrong with the host or its daemon hits the live configuration as well, and no change is blamed for it. */
const ALSO_LIVE = { verdict: 'inconclusive', code: 'rehearsal_unavailable' };

beforeAll(async () => {
  host = await RehearsalHost.start();
  await (await host.open()).open(host.root, null).then((stage) => stage.close());
});
afterAll(() => host?.remove());

/** Limits everybody but the host itself. */
const limited = (how: string) =>
  `rate-limit { responses-per-second 2; ${how} exempt-clients { 127.0.0.1; }; };`;

describe('a candidate that answers', () => {
  test('passes though it limits rates, where clients that are cut short can come back over TCP', async () => {
    expect(await host.rehearse({ options: limited('slip 2;') })).toMatchObject({ code: 'rehearsed' });
  });

  test('passes though it drops most of what one client asks, where the live one does so too', async () => {
    const strict = await RehearsalHost.start({ live: { options: limited('slip 0;') } });
    try {
      const verdict = await strict.rehearse({ options: limited('slip 0;'), serial: 43 });
      expect(verdict).toMatchObject({ verdict: 'pass', code: 'rehearsed' });
      expect(verdict.reason).toContain('So does the configuration that is live');
    } finally {
      await strict.remove();
    }
  });

  test('passes, and what the live server lacked is asked too', async () => {
    const verdict = await host.rehearse(
      { zones: { 'new.example': 'type primary;' }, serial: 43 },
      { checks: [{ name: 'www.example.com', type: 'A', expect: { answers: ['192.0.2.80'] } }] },
    );
    expect(verdict).toMatchObject({ verdict: 'pass', code: 'rehearsed' });
    expect(verdict.reason).toBe('In the rehearsal, all 8 questions were answered as expected.');
  });

  test('passes also when it needs some time to come up', async () => {
    const slow = await program('slow', 'sleep 1; exec named "$@"');
    expect(await host.rehearse({}, {}, { program: slow })).toMatchObject({ code: 'rehearsed' });
  });

  test('may be asked at loopback, where a check says so', async () => {
    const loopback = { name: 'example.com', type: 'SOA', at: 'loopback', expect: { aa: true } };
    expect(await host.rehearse({}, { checks: [loopback] })).toMatchObject({ code: 'rehearsed' });
  });

  test('is not judged by how fast it is', async () => {
    const fast = { name: 'example.com', type: 'SOA', expect: { maxLatency: 1 } };
    const slow = await program('slower', 'sleep 0.3; exec named "$@"');
    expect(await host.rehearse({}, { checks: [fast] }, { program: slow })).toMatchObject({
      code: 'rehearsed',
    });
  });

  test('is not blamed for what only servers elsewhere could answer, and the verdict says so', async () => {
    const copy = { 'copy.example': `type secondary; primaries { 198.18.0.9; }; file "${state('copy')}";` };
    const asked = [
      { name: 'www.copy.example', type: 'A', transport: 'udp' },
      { name: 'www.elsewhere.example', type: 'A', transport: 'udp', recursionDesired: true },
    ];
    const forward = 'forwarders { 198.18.0.9; }; forward only;';
    const verdict = await host.rehearse(
      { zones: copy, options: forward, recursion: 'yes' },
      { checks: asked },
    );
    expect(verdict).toMatchObject({ code: 'rehearsed' });
    expect(verdict.reason).toContain('questions depend on servers elsewhere and could not be judged');
  });
});

describe('a candidate that the checker accepts', () => {
  const missing = (path: string): Candidate => ({
    statements: `controls { }; logging { channel f { file "${path}"; }; category default { f; }; };`,
  });
  const tls = (listen: string): Candidate => ({
    options: listen,
    statements: `controls { }; tls t { cert-file "${host.root}/c.pem"; key-file "${host.root}/k.pem"; };`,
  });
  test.each<{ what: string; candidate: () => Candidate; code: string; says: RegExp; within?: number }>([
    {
      what: 'and refuses everybody, is found out',
      candidate: () => ({ options: 'allow-query { 10.0.0.0/8; };' }),
      code: 'wrong_answers',
      says: /example\.com SOA over (udp|tcp) answered REFUSED, expected NOERROR/,
    },
    {
      what: 'and refuses whoever asks as clients do, with recursion desired, is found out',
      candidate: () => ({
        statements: 'controls { }; view "r" { match-recursive-only yes; }; view "all" {',
        end: '};',
      }),
      code: 'wrong_answers',
      says: /example\.com SOA over udp with recursion desired .*answered REFUSED/,
    },
    {
      what: 'and drops nearly all that one client asks, is found out',
      candidate: () => ({ options: limited('slip 0;') }),
      code: 'drops_answers',
      says: /rate limiting or a quota drops answers: of 60 questions .* \d were answered/,
    },
    {
      what: 'and has an older serial, is found out',
      candidate: () => ({ serial: 7 }),
      code: 'wrong_answers',
      says: /serial 7, it was 42/,
    },
    {
      what: 'and listens on an address that the host lacks, is found out',
      candidate: () => ({ listen: `listen-on port ${host.port} { 198.18.7.7; };` }),
      code: 'no_answer',
      says: /answered nothing within 1s/,
      within: 1000,
    },
    {
      what: 'and listens on another port, is found out',
      candidate: () => ({ listen: `listen-on port ${host.port + 1} { any; };` }),
      code: 'no_answer',
      says: /at 127\.0\.0\.1 port \d+: connection refused; its log says that it listens on 127\.0\.0\.1#\d+.*; look at its listen-on and its port/,
      within: 1000,
    },
    {
      what: 'and logs into a folder that is not there, is found out',
      candidate: () => missing(state('nowhere/named.log')),
      code: 'daemon_exited',
      says: /exited with status 1\. Its log: .*configuring logging: file not found/,
    },
    {
      what: 'and keeps keys in a folder that is not there, is found out',
      candidate: () => ({ options: `managed-keys-directory "${state('nowhere')}";` }),
      code: 'daemon_exited',
      says: /nowhere/,
    },
    {
      what: 'and has no key for TLS, is found out',
      candidate: () => tls(`listen-on port ${host.port + 1} tls t { any; };`),
      code: 'daemon_exited',
      says: /c\.pem/,
    },
  ])('$what', async ({ candidate, code, says, within = 8000 }) => {
    const verdict = await host.rehearse(candidate(), { verifyWithinMs: within });
    expect(verdict).toMatchObject({ verdict: 'fail', code: `rehearsal_${code}` });
    expect(verdict.reason).toMatch(/^In the rehearsal, /);
    expect(verdict.reason).toMatch(says);
  });

  test('and has a broken zone, is found out long before the bound', async () => {
    const began = performance.now();
    const broken = { 'broken.example': `type primary; file "${state('missing')}";` };
    const verdict = await host.rehearse({ zones: broken }, { verifyWithinMs: 60_000 });
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'rehearsal_wrong_answers' });
    expect(verdict.reason).toMatch(/broken\.example SOA .*SERVFAIL.*broken\.example.*file not found/);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('and may not write where it works, is found out as the user that it runs as', async () => {
    const unwritable = await host.rehearse({}, {}, { program: ['named', '-u', 'nobody'] });
    expect(unwritable).toMatchObject(ALSO_LIVE);
    expect(unwritable.reason).toMatch(/not writable|permission denied/);
  });
});

describe('a daemon that does not do what named does', () => {
  test('and never answers, ends at the bound', async () => {
    const started = performance.now();
    const verdict = await host.rehearse(
      {},
      { verifyWithinMs: 1500 },
      { program: await program('hang', 'exec sleep 600') },
    );
    expect(verdict).toMatchObject(ALSO_LIVE);
    expect(verdict.reason).toContain('answered nothing within 1.5s');
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  test('and does not start, is said', async () => {
    const verdict = await host.rehearse({}, {}, { program: [join(host.folder, 'not-installed')] });
    expect(verdict).toMatchObject(ALSO_LIVE);
    expect(verdict.reason).toContain('exited with status 127');
    expect(verdict.reason).toContain('not-installed');
  });

  test('and goes into the background, leaves nothing behind', async () => {
    const forks = await program('forks', `setsid sleep 600 "${host.folder}" & named "$@" & exit 0`);
    expect(await host.rehearse({}, {}, { program: forks })).toMatchObject(ALSO_LIVE);
    expect(await host.strangers()).toEqual([]);
  });
});

test('a candidate that writes wherever it can leaves the host and the live server as they were', async () => {
  // Of an overlay's options a comma would be the end, so that the second folder has to be copied.
  const directories = [join(host.folder, 'keys'), join(host.folder, 'logs, copied')];
  for (const directory of directories) await mkdir(directory);
  await writeFile(join(host.folder, 'logs, copied/here.log'), 'as it was');
  await writeFile(state('signed'), zoneText(1));
  before = await host.picture();
  const candidate = {
    statements: `
      controls { inet 127.0.0.1 port ${host.port + 1} allow { any; }; };
      logging { channel f { file "${directories[1]}/here.log"; }; category default { f; }; };`,
    options: `dump-file "${state('dump')}"; statistics-file "${state('statistics')}"; lock-file "${state('lock')}";`,
    zones: {
      'signed.example': `type primary; file "${state('signed')}"; dnssec-policy default; inline-signing yes; key-directory "${directories[0]}";`,
    },
  };
  const verdict = await host.rehearse(candidate, {}, { directories });
  expect(verdict).toMatchObject({ code: 'rehearsed' });
  const after = await host.picture();
  const live = (picture: Record<string, string>) =>
    Object.fromEntries(Object.entries(picture).filter(([path]) => !path.includes('/trees/staged-')));
  expect(live(after)).toEqual(live(before));
  expect(await host.askLive('example.com')).toBe('NOERROR');
  expect(await readFile('/proc/mounts', 'utf8')).not.toContain(host.folder);
});

describe('a host', () => {
  test('on which rehearsals are switched off passes, and says so', async () => {
    const verdict = await host.rehearse({ options: 'allow-query { none; };' }, {}, switchedOff);
    expect(verdict).toMatchObject({ verdict: 'pass', code: 'not_rehearsed' });
    expect(verdict.reason).toContain('switched off');
  });

  test('that could rehearse and no longer can is not ready', async () => {
    const rehearsal = await host.open();
    await rm(join(host.folder, 'store/rehearsal'), { recursive: true });
    const verdict = await host.rehearse({}, {}, rehearsal);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', code: 'rehearsal_unavailable' });
    expect(verdict.reason).toContain('no tmpfs can be mounted');
    expect(verdict.reason).toContain('daemon.rehearsal');
  });
});
