import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@breakwater/shared';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dnsClient } from '../../services/agent/src/adapters/dns/dns-packet-client.ts';
import type { Answer, Question } from '../../services/agent/src/core/answer.ts';
import { soaQuestion } from '../../services/agent/src/core/plan-questions.ts';
import { assignment, bundleOf, digest } from '../../services/agent/src/core/testing/examples.ts';
import { NO_EVIDENCE } from '../../services/agent/src/core/world.ts';
import { Health } from '../../services/agent/src/runtime/health.ts';
import { freePort, until } from './named-service.ts';

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** A named without a supervisor: two of them may share an address and a port here, as they can on a host. */
interface Named {
  process: ChildProcess;
  log: string;
}

let base: string;
let port: number;
const others: Named[] = [];

const zone = (serial: number, records = ''): string =>
  `$TTL 60\n@ SOA ns host ${serial} 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n${records}`;

async function startNamed(name: string, serial: number, options = ''): Promise<Named> {
  const folder = join(base, name);
  const log = join(folder, 'named.log');
  await mkdir(join(folder, 'state'), { recursive: true });
  const large = Array.from({ length: 4 }, (_, n) => `large TXT "${n} ${'x'.repeat(200)}"`).join('\n');
  await writeFile(join(folder, 'a.zone'), zone(serial, `* A 192.0.2.9\n${large}\n`));
  await writeFile(join(folder, 'open.zone'), zone(serial));
  await writeFile(
    join(folder, 'named.conf'),
    `options {
  directory "${folder}/state"; pid-file none; session-keyfile none; dnssec-validation no; querylog yes; recursion no;
  server-id "${name}.test"; allow-transfer { none; }; minimal-responses yes;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; ${options}
};
controls { };
zone "a.example" { type primary; file "${folder}/a.zone"; };
zone "open.example" { type primary; file "${folder}/open.zone"; allow-transfer { any; }; };
`,
  );
  const args = ['-f', '-c', join(folder, 'named.conf'), '-L', log];
  return { process: spawn('named', args, { stdio: 'ignore', env: { PATH } }), log };
}

async function stop({ process }: Named): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}

const client = () => dnsClient({ address: '127.0.0.1', port });
const ask = (more: Partial<Question>): Promise<Answer> =>
  client().ask({ ...soaQuestion('a.example'), ...more });

let named: Named;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'breakwater-questions-'));
  port = await freePort();
  named = await startNamed('new', 42);
  await until('named answers', async () => {
    const answer = await ask({});
    return answer.kind === 'answer' && answer.aa;
  });
});
afterEach(async () => {
  for (const other of others.splice(0)) await stop(other);
});
afterAll(async () => {
  await stop(named);
  await rm(base, { recursive: true, force: true });
});

describe('a real named', () => {
  test('sets the flags that it should: it is authoritative, and offers no recursion', async () => {
    const flags = { aa: true, ad: false, ra: false, tc: false };
    expect(await ask({ recursionDesired: true })).toMatchObject({ rcode: 'NOERROR', ...flags, serial: 42 });
  });

  test('says who it is, over both transports, unless it is asked without EDNS', async () => {
    expect(await ask({})).toMatchObject({ nsid: 'new.test' });
    expect(await ask({ transport: 'tcp' })).toMatchObject({ nsid: 'new.test' });
    expect(await ask({ ednsUdpSize: 0 })).toMatchObject({ nsid: null, serial: 42 });
  });

  test('cuts a large answer short for a client without EDNS, and tells the rest over TCP', async () => {
    const large = { name: 'large.a.example', type: 'TXT' } as const;
    for (const ednsUdpSize of [0, 512, 1232]) {
      const answer = await ask({ ...large, ednsUdpSize });
      expect(answer).toMatchObject({ tc: ednsUdpSize < 1232 });
      expect(answer.kind === 'answer' ? answer.answers : []).toHaveLength(4);
    }
  });

  test('is asked for recursion, signatures and EDNS as the question wants it', async () => {
    const flagsOf = async (name: string): Promise<string | undefined> =>
      new RegExp(`query: ${name} IN A (\\S+)`).exec(await readFile(named.log, 'utf8'))?.[1];
    const asked: [string, Partial<Question>, string][] = [
      ['plain.a.example', {}, '-E(0)'],
      ['recursive.a.example', { recursionDesired: true }, '+E(0)'],
      ['signed.a.example', { dnssecOk: true }, '-E(0)D'],
      ['bare.a.example', { ednsUdpSize: 0 }, '-'],
      ['tcp.a.example', { transport: 'tcp' }, '-E(0)T'],
    ];
    for (const [name, more, flags] of asked) {
      expect(await ask({ name, type: 'A', ...more })).toMatchObject({ answers: ['192.0.2.9'] });
      await until('the question is logged', async () => (await flagsOf(name)) !== undefined);
      expect(await flagsOf(name)).toBe(flags);
    }
  });

  test('is asked for a name that was never asked for', async () => {
    const wanted = { name: 'a.example', type: 'A', randomLabel: true } as const;
    expect(await ask(wanted)).toMatchObject({ answers: ['192.0.2.9'] });
  });

  test.each([
    ['a.example', 'REFUSED', null],
    ['open.example', 'NOERROR', 42],
    ['foreign.example', 'NOTAUTH', null],
  ])('answers a transfer of %s with %s', async (name, rcode, serial) => {
    expect(await ask({ name, type: 'AXFR', transport: 'tcp' })).toMatchObject({ rcode, serial });
  });

  test('that listens at loopback only is heard there, and refused at its service address at once', async () => {
    const elsewhere = dnsClient({ address: '127.53.28.1', port });
    expect(await elsewhere.ask({ ...soaQuestion('a.example'), at: 'loopback' })).toMatchObject({
      serial: 42,
    });
    for (const transport of ['udp', 'tcp'] as const) {
      const answer = await elsewhere.ask({ ...soaQuestion('a.example', transport), timeoutMs: 10_000 });
      expect(answer).toMatchObject({ kind: 'none', refused: true });
    }
  });
});

/** One round as an agent makes it while it verifies a change that moved the serial from 41 to 42. */
async function verified() {
  const view = { host: { address: '127.0.0.1' } };
  const zones = { of: async () => [{ name: 'a.example', type: 'primary' }] };
  const given = { dns: client(), clock: systemClock, view } as unknown as ConstructorParameters<
    typeof Health
  >[0];
  const health = new Health(given, zones as unknown as ConstructorParameters<typeof Health>[1]);
  const since = { at: 0, boot: 'boot' };
  const baseline = [{ zone: 'a.example', transport: 'udp', rcode: 'NOERROR', aa: true, serial: 41 }];
  const change = { assignment: assignment(1, 'apply'), swap: { previous: digest('a'), baseline, ...since } };
  const daemon = { process: { pid: 1, startedAt: 1 }, exits: 0, lastExit: null };
  const world = { live: bundleOf(1), daemon, boot: 'boot', evidence: NO_EVIDENCE };
  type Round = Parameters<Health['round']>;
  const order = { purpose: 'verify', turn: 0, change } as unknown as Round[0];
  await health.round(order, world as unknown as Round[1]);
  return health.evidence.rounds.at(-1)?.verdict;
}

test('an old named that still shares the port with the new one is found', async () => {
  expect(await verified()).toMatchObject({ verdict: 'pass' });
  others.push(await startNamed('old', 41));
  await until('both answer', async () => {
    const answer = await ask({});
    return answer.kind === 'answer' && answer.nsid === 'old.test' && answer.serial === 41;
  });
  expect(await verified()).toMatchObject({ verdict: 'fail', code: 'answers_differ' });
});
