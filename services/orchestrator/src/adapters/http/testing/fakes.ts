import {
  BreakwaterError,
  bundleDigest,
  type Digest,
  manifestOf,
  type RolloutId,
  sha256,
  systemClock,
} from '@breakwater/shared';
import { pino } from 'pino';
import type { LoggedEvent, Verb } from '../../../core/event.ts';
import { RUNNING_LINE } from '../../../core/line.ts';
import type { Rollout } from '../../../core/rollout.ts';
import { fileIdentities } from '../../identities/file-identities.ts';
import {
  type HostView,
  type Identities,
  type LineState,
  type Operations,
  type Operator,
  type Role,
  ROLES,
} from '../interface.ts';
import { FakeSights } from '../../status-page/testing/fake-sights.ts';
import { operatorServer, type OperatorServerOptions } from '../operator-server.ts';
import { sampleHost, sampleLog, sampleRollout } from './samples.ts';

/** One operator of every role, named by it; the token of a role is `<role>-token`. Host ns1.ams holds `host-token`. */
export const identities: Identities = fileIdentities({
  hosts: [{ ...sampleHost('ns1.ams'), groups: [], tokenSha256: sha256('host-token') }],
  operators: ROLES.map((role) => ({
    name: role as unknown as Operator['name'],
    role,
    tokenSha256: sha256(`${role}-token`),
  })),
});

export function bearer(role: Role): { authorization: string } {
  return { authorization: `Bearer ${role}-token` };
}

const STATE_AFTER: Partial<Record<Verb, Rollout['state']>> = {
  pause: 'paused',
  resume: 'running',
  abort: 'aborted',
  rollback: 'rollingBack',
};

/** Operations in memory: they remember, refuse and fail as the real ones do, but decide nothing. */
export class FakeOperations implements Operations {
  readonly bundles = new Map<string, Record<string, string>>();
  readonly store = new Map<string, Rollout>();
  readonly log: LoggedEvent[] = [];
  readonly listeners = new Set<() => void>();
  readonly keys = new Map<string, { request: Digest; rollout: Rollout }>();
  /** Who did what, as it arrived here. */
  readonly calls: unknown[] = [];
  fleet: HostView[] = [sampleHost('ns2.ams'), sampleHost('ns1.ams')];
  lineState: LineState = { ...RUNNING_LINE, frozen: null };
  /** When set, everything that asks the store throws it. */
  fault: Error | null = null;
  reasonsUnready: string[] = [];
  trustFault: Error | null = null;
  witnessFault: Error | null = null;

  constructor() {
    this.store.set('r-1', sampleRollout());
  }

  /** Appends to the log and tells whoever listens. */
  append(...events: Record<string, unknown>[]): void {
    for (const event of sampleLog(...events)) {
      this.log.push({ ...event, seq: this.log.length + 1 });
    }
    for (const listener of this.listeners) listener();
  }

  #check(): void {
    if (this.fault !== null) throw this.fault;
  }

  async storeBundle(files: Record<string, string>) {
    this.#check();
    const manifest = manifestOf(files);
    const digest = bundleDigest(manifest);
    this.bundles.set(digest, files);
    return { digest, manifest };
  }

  async bundle(digest: Digest) {
    const files = this.bundles.get(digest);
    if (!files) throw new BreakwaterError('bundle_unknown', 'No such bundle.');
    return { digest, manifest: manifestOf(files), files };
  }

  async plan(submission: Parameters<Operations['plan']>[0]) {
    this.calls.push(submission);
    const { waves, bundle } = sampleRollout();
    const { strategy } = submission;
    return {
      planDigest: sha256('plan'),
      bundle,
      strategy,
      waves,
      diff: [],
      warnings: ['Only one host in ams is healthy.'],
    };
  }

  async submit(...[submission, by]: Parameters<Operations['submit']>) {
    this.#check();
    const { idempotency } = by;
    const known = idempotency && this.keys.get(idempotency.key);
    if (known && known.request !== idempotency.request)
      throw new BreakwaterError('idempotency_conflict', 'Reused.');
    if (known) return known.rollout;
    const id = `r-${this.store.size + 1}` as RolloutId;
    const rollout = sampleRollout({ id, title: submission.title, submittedBy: by.name });
    this.store.set(id, rollout);
    if (idempotency) this.keys.set(idempotency.key, { request: idempotency.request, rollout });
    return rollout;
  }

  async command(...[id, verb, by, reason, about]: Parameters<Operations['command']>) {
    const rollout = await this.rollout(id);
    this.calls.push({ id, verb, by: by.name, reason, ...about });
    const after = { ...rollout, state: STATE_AFTER[verb] ?? rollout.state };
    this.store.set(id, after);
    return after;
  }

  async changedFiles() {
    this.#check();
    return [{ path: 'named.conf', change: 'changed' as const }];
  }

  async rollout(id: RolloutId) {
    this.#check();
    const rollout = this.store.get(id);
    if (!rollout) throw new BreakwaterError('not_found', `There is no rollout ${id}.`);
    return rollout;
  }

  async rollouts(limit: number, after: string | null) {
    this.#check();
    const all = [...this.store.values()].toReversed();
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const items = all.slice(from, from + limit);
    return { items, next: from + limit < all.length ? (items.at(-1)?.id ?? null) : null };
  }

  async events(rollout: RolloutId | null, after: number, limit: number) {
    this.#check();
    const mine = (event: LoggedEvent): boolean =>
      rollout === null || ('rollout' in event && event.rollout === rollout);
    return this.log.filter((event) => event.seq > after && mine(event)).slice(0, limit);
  }

  async hosts() {
    this.#check();
    return this.fleet;
  }

  async orderHost(...[id, verb, by, reason]: Parameters<Operations['orderHost']>) {
    const host = this.fleet.find((one) => one.id === id);
    if (!host) throw new BreakwaterError('not_found', `There is no host ${id}.`);
    this.calls.push({ id, verb, by: by.name, reason });
    const kind = verb === 'drain' ? ('drained' as const) : null;
    const order = kind && { kind, by: by.name, reason, since: 0 };
    const others = this.fleet.filter((one) => one !== host);
    this.fleet = verb === 'remove' ? others : [...others, { ...host, order, drained: order !== null }];
  }

  async line() {
    return this.lineState;
  }

  async setLine(stopped: boolean, by: Operator, reason: string) {
    const line = stopped ? { stopped, by: by.name, reason, since: 0 } : RUNNING_LINE;
    this.lineState = { ...line, frozen: this.lineState.frozen };
    return this.lineState;
  }

  async testPages(channel: string | null, by: Operator, reason: string) {
    this.#check();
    this.calls.push({ channel, by: by.name, reason });
    return [{ channel: channel ?? 'duty', accepted: true, ms: 7 }];
  }

  onLog(listener: () => void) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async unready() {
    return this.reasonsUnready;
  }

  async trusted() {
    if (this.trustFault !== null) throw this.trustFault;
  }

  async witnessed() {
    if (this.witnessFault !== null) throw this.witnessFault;
  }
}

/** A logger that keeps its lines. */
export function keptLog(): { log: OperatorServerOptions['log']; lines: string[] } {
  const lines: string[] = [];
  return { log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }), lines };
}

/** A server over fakes, with what it logs. */
export async function testServer(options: Partial<OperatorServerOptions> = {}) {
  const operations = new FakeOperations();
  const { log, lines } = keptLog();
  const app = await operatorServer({
    operations,
    identities,
    log,
    metrics: async () => 'up 1\n',
    statusPage: {
      sights: new FakeSights(operations),
      showDiff: false,
      copyPath: null,
      publicUrl: null,
      clock: systemClock,
      lookTimes: { keepMs: 0, patienceMs: 1500 },
    },
    ...options,
  });
  return { app, operations, lines };
}
