import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Assignment, Digest, systemClock, type Verdict } from '@breakwater/shared';
import { execa } from 'execa';
import { parseZoneList } from '../../services/agent/src/adapters/checker/zone-list.ts';
import { dnsClient } from '../../services/agent/src/adapters/dns/dns-packet-client.ts';
import type { Rehearsal } from '../../services/agent/src/adapters/rehearsal/interface.ts';
import {
  openRehearsal,
  type RehearsalOptions,
} from '../../services/agent/src/adapters/rehearsal/named-rehearsal.ts';
import { observeProcess } from '../../services/agent/src/adapters/supervisor/process.ts';
import { Health } from '../../services/agent/src/runtime/health.ts';
import { rehearse } from '../../services/agent/src/runtime/rehearse.ts';
import { Zones } from '../../services/agent/src/runtime/zones.ts';
import type { Zone } from '../../services/agent/src/core/baseline.ts';
import { processesIn, until } from './named-service.ts';

const ADDRESS = '127.0.0.1';
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** What stands in the candidate's configuration besides the usual. */
export interface Candidate {
  options?: string;
  statements?: string;
  /** Instead of `listen-on port … { 127.0.0.1; }`. */
  listen?: string;
  zones?: Record<string, string>;
  /** What follows the zones, such as the end of a view. */
  end?: string;
  recursion?: 'yes' | 'no';
  /** Replaces the serial of example.com. */
  serial?: number;
}

/** How a host begins. */
interface Start {
  live?: Candidate | ((host: RehearsalHost) => Candidate);
  program?: readonly string[];
  /** Files in the state folder, and their content. */
  state?: Record<string, string>;
  owner?: number;
}

/** One host with a real live `named` that no supervisor looks after: nothing here may touch it. */
export class RehearsalHost {
  readonly folder: string;
  readonly port: number;
  #live: ChildProcess | null = null;
  readonly #trees = new Map<Digest, string>();

  /** @param owner who owns the state folder, if not root */
  static async start({
    live = {},
    program = ['named'],
    state = {},
    owner = 0,
  }: Start = {}): Promise<RehearsalHost> {
    const folder = await mkdtemp(join(tmpdir(), 'breakwater-rehearsal-'));
    await chmod(folder, 0o755);
    const host = new RehearsalHost(folder, await freePort());
    for (const name of ['state', 'store', 'trees']) await mkdir(join(folder, name));
    for (const [name, text] of Object.entries(state)) await writeFile(join(host.stateDir, name), text);
    await chown(host.stateDir, owner, owner);
    const candidate = typeof live === 'function' ? live(host) : live;
    await symlink(await host.#write('live', candidate), host.root);
    host.#live = spawn(
      program[0] ?? 'named',
      [...program.slice(1), '-f', '-L', join(folder, 'live.log'), '-c', join(host.root, 'named.conf')],
      {
        stdio: 'ignore',
        env: { PATH },
      },
    );
    await until(
      'the live name server answers',
      async () => (await host.askLive('example.com')) === 'NOERROR',
    );
    return host;
  }

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  get root(): string {
    return join(this.folder, 'root');
  }

  get stateDir(): string {
    return join(this.folder, 'state');
  }

  get pid(): number {
    return this.#live?.pid ?? 0;
  }

  /** The rcode of a zone's SOA as the live server answers it. */
  async askLive(zone: string): Promise<string> {
    const dns = dnsClient({ address: ADDRESS, port: this.port });
    const answer = await dns.ask({ name: zone, type: 'SOA', transport: 'udp', timeoutMs: 500 });
    return answer.kind === 'none' ? answer.cause : answer.rcode;
  }

  open(options: Partial<RehearsalOptions> = {}): Promise<Rehearsal> {
    const { root, stateDir, port } = this;
    const store = { storeDir: join(this.folder, 'store'), config: 'named.conf', program: ['named'] };
    return openRehearsal({ root, stateDir, port, ...store, address: ADDRESS, addresses: [], ...options });
  }

  /** Writes a candidate. @returns its tree. */
  stage(candidate: Candidate): Promise<string> {
    return this.#write(`staged-${this.#trees.size}`, candidate);
  }

  /** Rehearses a candidate as an agent would. */
  async rehearse(
    candidate: Candidate,
    assignment: { checks?: unknown[]; expect?: unknown; verifyWithinMs?: number } = {},
    given?: Rehearsal | Partial<RehearsalOptions>,
  ): Promise<Verdict> {
    const rehearsal = given !== undefined && 'open' in given ? given : await this.open(given);
    const tree = await this.stage(candidate);
    const [live, bundle] = [this.#digestOf(join(this.folder, 'trees/live')), this.#digestOf(tree)];
    const generations = { pathOf: (digest: Digest) => this.#trees.get(digest) ?? '' };
    const checker = { zones: zonesOf };
    const zones = new Zones({ checker, generations } as unknown as ConstructorParameters<typeof Zones>[0]);
    const health = new Health(
      {
        dns: dnsClient({ address: ADDRESS, port: this.port }),
        clock: systemClock,
        view: { host: { address: ADDRESS } },
      } as unknown as ConstructorParameters<typeof Health>[0],
      zones,
    );
    const supervisor = { observe: async () => ({ process: await observeProcess(this.pid) }) };
    const outside = { rehearsal, generations, supervisor, clock: systemClock };
    const rest = { epoch: 1, rollout: 'r-1', bundle, step: 'stage', soakMs: 1000, confirmWithinMs: 60_000 };
    const wanted = { checks: [], expect: {}, verifyWithinMs: 8000, ...assignment };
    return rehearse(
      outside as unknown as Parameters<typeof rehearse>[0],
      { zones, health },
      Assignment.parse({ ...rest, ...wanted }),
      live,
    );
  }

  /** Every file and link of the host with its content, and the live process: what a rehearsal must leave as it is. */
  async picture(): Promise<Record<string, string>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const content = async (path: string) =>
      [
        path,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ] as const;
    const all = entries.map((entry) => [join(entry.parentPath, entry.name), 'there'] as const);
    const process = JSON.stringify(await observeProcess(this.pid));
    return Object.fromEntries([...all, ...(await Promise.all(files.map(content))), ['process', process]]);
  }

  /** Processes that speak of this host, the live server and those given left out. */
  async strangers(but: readonly number[] = []): Promise<number[]> {
    return (await processesIn(this.folder)).filter((pid) => pid !== this.pid && !but.includes(pid));
  }

  async remove(): Promise<void> {
    const live = this.#live;
    if (live !== null && live.exitCode === null) {
      const ended = new Promise((resolve) => live.once('exit', resolve));
      live.kill('SIGKILL');
      await ended;
    }
    const left = await processesIn(this.folder);
    await rm(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes ${left.join(', ')} of ${this.folder} are still there`);
  }

  #digestOf(tree: string): Digest {
    const found = [...this.#trees].find(([, path]) => path === tree)?.[0];
    if (found === undefined) throw new Error(`${tree} was never written`);
    return found;
  }

  async #write(
    name: string,
    {
      options = '',
      statements = 'controls { };',
      listen,
      zones = {},
      end = '',
      serial = 42,
      recursion = 'no',
    }: Candidate,
  ) {
    const tree = join(this.folder, 'trees', name);
    const own = { 'example.com': 'type primary;', ...zones };
    const config = `options {
  directory "${this.stateDir}"; pid-file "${this.stateDir}/named.pid"; session-keyfile "${this.stateDir}/session.key";
  recursion ${recursion}; dnssec-validation no; empty-zones-enable no; notify no; listen-on-v6 { none; };
  ${listen ?? `listen-on port ${this.port} { ${ADDRESS}; };`}
  ${options}
};
${statements}
${Object.entries(own)
  .map(
    ([zone, body]) =>
      `zone "${zone}" { ${body.includes('file ') ? body : `${body} file "${this.root}/zones/${zone}";`} };\n`,
  )
  .join('')}${end}`;
    for (const zone of Object.keys(own)) {
      const file = join(tree, 'zones', zone);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, zoneText(zone === 'example.com' ? serial : 1));
    }
    await writeFile(join(tree, 'named.conf'), config);
    this.#trees.set(Digest.parse(createHash('sha256').update(tree).digest('hex')), tree);
    return tree;
  }
}

async function zonesOf(tree: string): Promise<Zone[]> {
  const { stdout } = await execa('named-checkconf', ['-l', join(tree, 'named.conf')], { env: { PATH } });
  return parseZoneList(stdout);
}

export function zoneText(serial: number): string {
  return `$TTL 60\n@ SOA ns host ${serial} 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
