import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A server of a test's own: Debian's program, with its data in a folder that goes with it. */
export interface PrivateServer {
  url: string;
  /** Ends the process and leaves its data. */
  end(): Promise<void>;
  /** Ends it, and removes what it has written. */
  stop(): Promise<void>;
}

/** What a Prometheus scrapes, under which labels. */
export interface Target {
  job: string;
  address: string;
  labels?: Readonly<Record<string, string>>;
}

interface PrometheusSetup {
  port: number;
  targets: readonly Target[];
  /** Files with rules. */
  rules?: readonly string[];
  /** Port of the Alertmanager that is told of alerts. */
  alertmanager?: number;
}

const READY_WITHIN_MS = 20_000;

/** Starts Prometheus on a port of loopback. It scrapes and judges its rules every second. */
export async function startPrometheus(setup: PrometheusSetup): Promise<PrivateServer> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-prometheus-'));
  const file = join(dir, 'prometheus.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(configurationOf(setup)));
  return serve(
    'prometheus',
    [`--config.file=${file}`, `--storage.tsdb.path=${join(dir, 'data')}`],
    setup.port,
    dir,
  );
}

function configurationOf({ targets, rules = [], alertmanager }: PrometheusSetup): object {
  const jobs = [...Map.groupBy(targets, ({ job }) => job)];
  const alerting = { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }] };
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    ...(alertmanager !== undefined && { alerting }),
    scrape_configs: jobs.map(([job, those]) => {
      const static_configs = those.map(({ address, labels = {} }) => ({ targets: [address], labels }));
      return { job_name: job, static_configs };
    }),
  };
}

/** Starts Alertmanager on a port of loopback, alone, with nobody to notify. */
export async function startAlertmanager(port: number): Promise<PrivateServer> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-alertmanager-'));
  const file = join(dir, 'alertmanager.yml');
  await writeFile(file, JSON.stringify({ route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] }));
  const words = [`--config.file=${file}`, `--storage.path=${join(dir, 'data')}`, '--cluster.listen-address='];
  return serve('prometheus-alertmanager', words, port, dir);
}

async function serve(
  program: string,
  words: readonly string[],
  port: number,
  dir: string,
): Promise<PrivateServer> {
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, [...words, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  const end = async (): Promise<void> => {
    process.off('exit', killed);
    await ended(child);
  };
  const stop = async (): Promise<void> => {
    await end();
    await rm(dir, { recursive: true, force: true });
  };
  const deadline = AbortSignal.timeout(READY_WITHIN_MS);
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  // Neither program says in any other way that it is ready.
  while (!(await isReady())) {
    if (deadline.aborted || child.exitCode !== null) {
      await stop();
      throw new Error(`${program} does not become ready:\n${said}`);
    }
    await pause(50);
  }
  return { url, end, stop };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Asks until the answer fits. @throws with the last answer when none does in time. */
export async function eventually<T>(
  question: () => Promise<T>,
  fits: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const deadline = AbortSignal.timeout(withinMs);
  for (;;) {
    const answer = await question();
    if (fits(answer)) return answer;
    if (deadline.aborted) throw new Error(`it stays ${JSON.stringify(answer)}`);
    await pause(100);
  }
}

/** The values that a query has now, with their labels. */
export async function query(
  { url }: PrivateServer,
  text: string,
): Promise<{ labels: Record<string, string>; value: number }[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text }).toString()}`);
  const body = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return body.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** An alert as Alertmanager has it. */
export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  endsAt: string;
}

/** The alerts that fire now, of this name. */
export async function firing({ url }: PrivateServer, name: string): Promise<Alert[]> {
  const filter = new URLSearchParams({ filter: `alertname="${name}"`, active: 'true' });
  return (await (await fetch(`${url}/api/v2/alerts?${filter.toString()}`)).json()) as Alert[];
}
