import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { bundleDigest, type Digest, manifestOf, type PollRequest, sha256 } from '@breakwater/shared';
import { dig, type NamedService, namedConf, processesIn, startNamed, until, ZONE } from './named-service.ts';

/** The agent's program. */
export const MAIN = fileURLToPath(new URL('../../services/agent/src/main.ts', import.meta.url));

/** What a command printed, and how it ended. */
export interface Ran {
  exit: number;
  out: string;
  err: string;
}

interface Level {
  epoch: number;
  bundle: Digest;
  step: 'stage' | 'apply' | 'confirm' | 'revert';
  confirmWithinMs?: number;
}

/** A host with a real name server, a real agent that can be killed, and an orchestrator that says what a test wants. */
export class ConsoleHost {
  readonly named: NamedService;
  readonly root: string;
  readonly store: string;
  readonly reports: { state: string; code: string; reason: string }[] = [];
  status: PollRequest['status'] | null = null;
  /** How often the agent has asked. */
  polls = 0;
  #agent: ChildProcess | null = null;
  #level: Level | null = null;
  #acknowledged = 0;
  /** As an orchestrator's log: never behind an epoch that was told. */
  #sequence = 0;
  readonly #files = new Map<string, string>();
  readonly #manifests = new Map<string, unknown>();
  readonly #server: Server;
  readonly #user: number | null;

  private constructor(named: NamedService, server: Server, user: number | null) {
    this.#user = user;
    this.named = named;
    this.root = join(named.folder, 'root');
    this.store = join(named.folder, 'store');
    this.#server = server;
  }

  /**
   * @param folderInPlace whether the managed root is a plain folder, as on a host that nobody has prepared
   * @param rehearsal whether the agent rehearses
   * @param user whose account the agent has, if not root's: then it needs the root helper at `helper`
   */
  static async start({
    folderInPlace = false,
    user = null,
    rehearsal = user === null ? 'off' : 'auto',
  }: {
    folderInPlace?: boolean;
    user?: number | null;
    rehearsal?: 'auto' | 'off';
  } = {}): Promise<ConsoleHost> {
    const named = await startNamed();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = new ConsoleHost(named, server, user);
    server.on('request', (request, response) => void host.#serve(request, response));
    await host.#prepare(folderInPlace, rehearsal);
    return host;
  }

  /** Starts the agent as its service does. */
  startAgent(): void {
    const command = ['-F', '-n', '-E', '75', join(this.store, 'agent.lock'), process.execPath, MAIN];
    const [program = '', ...words] = [...this.#as(this.#user), 'flock', ...command];
    this.#agent = spawn(program, words, { stdio: ['ignore', 'ignore', 'ignore'], env: this.environment });
  }

  get agentPid(): number {
    return this.#agent?.pid ?? 0;
  }

  async killAgent(): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    if (agent === null || agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGKILL');
    await ended;
  }

  /** Runs `breakwater-agent` with these arguments, as a person would. */
  run(...args: string[]): Promise<Ran> {
    return this.runAs(null, ...args);
  }

  /** The same as a user of this number; `null` is whoever runs the test. */
  async runAs(user: number | null, ...args: string[]): Promise<Ran> {
    const [program = '', ...words] = [...this.#as(user), process.execPath, MAIN, ...args];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: this.environment });
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    const exit = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    return { exit, out, err };
  }

  /** The same with `--json`, read. */
  async json(...args: string[]): Promise<Record<string, unknown> & { exit: number }> {
    const { out, err } = await this.run(...args, '--json');
    try {
      return JSON.parse(out) as Record<string, unknown> & { exit: number };
    } catch {
      throw new Error(`no JSON: ${out}${err}`);
    }
  }

  /** A bundle with which the daemon calls itself by this version. */
  bundle(version: string): Digest {
    const files = { 'all/named.conf': this.#namedConf(version), 'all/example.com.zone': ZONE };
    for (const text of Object.values(files)) this.#files.set(sha256(text), text);
    const manifest = manifestOf(files);
    this.#manifests.set(bundleDigest(manifest), manifest);
    return bundleDigest(manifest);
  }

  /** What the orchestrator says from now on; `null` is nothing. */
  say(level: Level | null): void {
    this.#level = level;
    this.#sequence = Math.max(this.#sequence, level?.epoch ?? 0);
  }

  /** Brings a change up to a state that the host reports. */
  async bring(level: Level, ...states: string[]): Promise<void> {
    this.say(level);
    await until(`the host is ${states.join(' or ')}`, async () => {
      const { state = '', reason } = this.reports.at(-1) ?? {};
      if (state === 'failed' && !states.includes(state)) throw new Error(`the host failed: ${reason}`);
      return states.includes(state);
    });
  }

  async serial(): Promise<string | undefined> {
    const [soa] = await dig(this.named.port, 'example.com', 'SOA').catch(() => []);
    return soa?.split(' ')[2];
  }

  /** What the running daemon calls itself: which configuration it has read; empty when it does not answer. */
  async version(): Promise<string> {
    const where = ['@127.0.0.1', '-p', String(this.named.port), '+short', '+time=1', '+tries=1'];
    const { stdout, failed } = await execa('dig', [...where, 'version.bind', 'CH', 'TXT'], { reject: false });
    // What dig says of a server that does not answer is no version.
    return failed ? '' : stdout.replaceAll('"', '');
  }

  /** The types of all journal entries. */
  async entries(): Promise<string[]> {
    const text = await readFile(this.journal, 'utf8');
    return [...text.matchAll(/"type":"(\w+)"/g)].map(([, type = '']) => type);
  }

  get journal(): string {
    return join(this.store, 'journal', 'journal');
  }

  async remove(): Promise<void> {
    await this.killAgent();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    for (const pid of await processesIn(this.store)) process.kill(pid, 'SIGKILL');
    await this.named.remove();
  }

  /** With what the agent's programs find its configuration. */
  get environment(): Record<string, string | undefined> {
    return { ...process.env, BREAKWATER_AGENT_CONFIG: this.#config, NODE_OPTIONS: '' };
  }

  /** Where an agent that is not root expects the root helper. */
  get helper(): string {
    return join(this.named.folder, 'helper.socket');
  }

  #as(user: number | null): string[] {
    if (user === null) return [];
    const id = String(user);
    return ['setpriv', '--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs'];
  }

  get #config(): string {
    return join(this.named.folder, 'agent.json');
  }

  #namedConf(version: string): string {
    const { folder, port } = this.named;
    const text = namedConf(folder, port).replace(
      `${folder}/example.com.zone`,
      `${this.root}/example.com.zone`,
    );
    return text.replace('options {', `options { version "${version}";`);
  }

  async #prepare(folderInPlace: boolean, rehearsal: 'auto' | 'off'): Promise<void> {
    const { folder, service, log, port } = this.named;
    const tree = folderInPlace ? this.root : join(folder, 'initial');
    // The checker, which has no privileges, has to get in.
    await chmod(folder, 0o755);
    await mkdir(tree);
    await mkdir(this.store);
    await writeFile(join(tree, 'named.conf'), this.#namedConf('old'));
    await writeFile(join(tree, 'example.com.zone'), ZONE);
    if (!folderInPlace) await symlink('initial', this.root);
    const run = join(service, 'run');
    // Renamed over it: a script that is being started this very moment cannot be written to.
    await writeFile(`${run}.new`, `#!/bin/sh\nexec named -f -c ${this.root}/named.conf -L ${log}\n`);
    await chmod(`${run}.new`, 0o755);
    await rename(`${run}.new`, run);
    await writeFile(join(folder, 'token'), 'secret');
    const { port: agents } = this.#server.address() as AddressInfo;
    // Its store and its token are all that an agent needs to own.
    if (this.#user !== null)
      for (const own of [this.store, join(folder, 'token')]) await chown(own, this.#user, this.#user);
    const config = {
      host: { id: 'ns1', datacenter: 'ams', address: '127.0.0.1', port, controlPort: 953 },
      root: this.root,
      stateDir: join(folder, 'state'),
      storeDir: this.store,
      orchestrators: [`http://127.0.0.1:${agents}`],
      tokenFile: join(folder, 'token'),
      daemon: {
        driver: 'runit',
        service,
        log,
        config: 'named.conf',
        rehearsal,
      },
      ...(this.#user !== null && { helper: this.helper }),
    };
    await writeFile(this.#config, JSON.stringify(config));
    await until('named answers', async () => (await this.serial()) === '42');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const name = path.split('/').at(-1) ?? '';
    if (path.startsWith('/agent/v1/files/')) return void response.end(this.#files.get(name));
    if (path.startsWith('/agent/v1/bundles/')) {
      return void response.end(JSON.stringify({ digest: name, manifest: this.#manifests.get(name) }));
    }
    let body = '';
    for await (const piece of request) body += String(piece);
    this.#hear(JSON.parse(body) as PollRequest);
    // Soon enough for a test, and not so soon that the agent takes it for an orchestrator in a tight circle.
    await new Promise((resolve) => setTimeout(resolve, 50));
    response.end(
      JSON.stringify({
        host: 'ns1',
        assignment: this.#assignment(),
        acknowledged: this.#acknowledged,
        vantage: [],
        sequence: this.#sequence,
      }),
    );
  }

  #hear({ status, reports }: PollRequest): void {
    this.status = status;
    this.polls += 1;
    for (const { seq, state, verdict } of reports) {
      if (seq <= this.#acknowledged) continue;
      this.#acknowledged = seq;
      this.reports.push({ state, code: verdict.code, reason: verdict.reason });
    }
  }

  #assignment(): unknown {
    if (this.#level === null) return null;
    const times = { soakMs: 500, confirmWithinMs: 600_000, verifyWithinMs: 15_000 };
    const expect = { noChange: false, zonesRemoved: [] };
    return { rollout: 'r-1', checks: [], expect, action: 'restart', failAfter: 2, ...times, ...this.#level };
  }
}
