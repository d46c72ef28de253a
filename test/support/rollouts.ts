import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApi, type Rollout, type RolloutEvent } from '../../deploy/development/src/api.ts';
import {
  EXAMPLE_COM,
  exampleCom,
  type Files,
  firstConfiguration,
  NAMED_CONF_PATH,
} from '../../deploy/development/src/configuration.ts';
import { type Fleet, type FleetHost, processOf } from '../../deploy/development/src/fleet.ts';

const run = promisify(execFile);

/** What an answer may hold, as far as tests look at it: a rollout, a problem, the line. */
export interface Body {
  id?: string;
  state?: string;
  stopped?: boolean;
  code?: string;
  detail?: string;
  action?: string;
  diff?: { hosts: string[]; known: boolean; files: { path: string; unified?: string }[] }[];
  faults?: { path: string; code: string; message: string }[];
}

export interface Answer {
  status: number;
  body: Body;
}

/** Asks the API of a fleet, as the operator whose token it is. */
export async function ask(
  fleet: Fleet,
  method: string,
  path: string,
  body?: unknown,
  token = fleet.token,
): Promise<Answer> {
  const response = await fetch(fleet.api + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Submits a change. @returns its id. @throws with the problem when it was refused. */
export async function submit(fleet: Fleet, submission: object): Promise<string> {
  const { status, body } = await ask(fleet, 'POST', '/v1/rollouts', submission);
  if (status !== 201 || body.id === undefined) throw new Error(JSON.stringify(body));
  return body.id;
}

/**
 * Follows a rollout's events until one fits. Goes on after the connection was cut, as when the orchestrator is killed.
 * @returns the rollout as it is then.
 */
export async function until(
  fleet: Fleet,
  id: string,
  fits: (event: RolloutEvent) => boolean,
): Promise<Rollout> {
  const api = createApi(fleet.api, fleet.token);
  for (;;) {
    if (await happens(api.events(id, AbortSignal.timeout(50_000)), fits)) return api.rollout(id);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Whether a fitting event comes before the stream ends, in whatever way. */
async function happens(
  events: AsyncIterable<RolloutEvent>,
  fits: (event: RolloutEvent) => boolean,
): Promise<boolean> {
  try {
    for await (const event of events) if (fits(event)) return true;
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw error;
  }
  return false;
}

/** Waits until a rollout is in one of these states. */
export function untilState(fleet: Fleet, id: string, ...states: readonly string[]): Promise<Rollout> {
  return until(fleet, id, (event) => event.type === 'rollout.state' && states.includes(event.to ?? ''));
}

/** Waits until a host is in one of these states. */
export function untilHost(
  fleet: Fleet,
  id: string,
  host: string,
  ...states: readonly string[]
): Promise<Rollout> {
  return until(
    fleet,
    id,
    (event) => event.type === 'host.state' && event.host === host && states.includes(event.to ?? ''),
  );
}

/** Everything of a host that a change could touch: the link, every live byte, the process, an answer. */
export async function sightOf(
  host: FleetHost,
): Promise<{ link: string; files: Record<string, string>; pid: number | null; answer: string }> {
  const names = await readdir(host.root, { recursive: true });
  const files = await Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(host.root, name);
      return (await stat(path)).isFile() ? [[name, await readFile(path, 'utf8')] as const] : [];
    }),
  );
  return {
    link: await readlink(host.root),
    files: Object.fromEntries(files.flat()),
    pid: await processOf(host.services.named),
    answer: await dig(host, 'www.example.com', 'A'),
  };
}

/** Asks a host's name server. @returns `rcode` and the answers, sorted, in one line. */
export async function dig(host: FleetHost, name: string, type: string): Promise<string> {
  const where = [
    `@${host.address}`,
    '-p',
    String(host.port),
    '+tries=3',
    '+time=2',
    '+noall',
    '+comments',
    '+answer',
  ];
  const { stdout } = await run('dig', [...where, name, type]).catch(
    (error: unknown) => error as { stdout: string },
  );
  const rcode = /status: (\w+)/.exec(stdout)?.[1] ?? 'none';
  const answers = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  return [rcode, ...answers.map((line) => line.split(/\s+/).slice(4).join(' ')).toSorted()].join(' ');
}

/** The host of a fleet with this id. */
export function hostOf(fleet: Fleet, id: string): FleetHost {
  const found = fleet.hosts.find((host) => host.id === id);
  if (!found) throw new Error(`the fleet has no host ${id}`);
  return found;
}

/** A change of www.example.com to these addresses, with short soaks. */
export function change(
  serial: number,
  addresses: readonly string[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    title: `www.example.com is ${addresses.join(' and ')}`,
    reason: 'a test',
    bundle: { files: bundle({ [EXAMPLE_COM]: exampleCom(serial, addresses) }) },
    checks: [{ name: 'www.example.com', type: 'A', expect: { answers: addresses } }],
    ...more,
    strategy: { ...SOAKS, ...(more['strategy'] as object | undefined) },
  };
}

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };

/** The fleet's first configuration with some files changed. */
export function bundle(files: Files): Files {
  return { ...firstConfiguration, ...files };
}

/** The daemon's configuration with one piece of text replaced. @throws when the piece is not there. */
export function namedConf(from: string, to: string): Files {
  const text = firstConfiguration[NAMED_CONF_PATH] ?? '';
  if (!text.includes(from)) throw new Error(`named.conf has no ${from}`);
  return { [NAMED_CONF_PATH]: text.replace(from, to) };
}

/** How often each epoch was applied on a host, by its own journal. */
export async function appliedEpochs(host: FleetHost): Promise<number[]> {
  const folder = join(host.root, '..', 'store', 'journal');
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  return [...texts.join('\n').matchAll(/"type":"restarting","epoch":(\d+)/g)].map((match) =>
    Number(match[1]),
  );
}
