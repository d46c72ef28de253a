import { z } from 'zod';
import { Duration } from './duration.ts';
import { Gate, unsafeGateFaults } from './gate.ts';
import { DatacenterName, HostId, Labels } from './ids.ts';
import { WAVE_KINDS } from './states.ts';

const Percent = z.string().regex(/^(?:100|[1-9][0-9]?)%$/, 'write a whole percentage from "1%" to "100%"');

/** A number of hosts, or a share such as `25%` of the hosts that it applies to. */
export const Share = z.union([z.int().min(1).max(100_000), Percent]);
export type Share = z.infer<typeof Share>;

/** Which hosts go first: how many, which share of the targeted hosts, exactly which, or those with a label. */
const CanaryHosts = z.union([
  z.int().min(1).max(1000),
  Percent,
  z.array(HostId).min(1).max(1000),
  z.strictObject({ labels: Labels }),
]);
export type CanaryHosts = z.infer<typeof CanaryHosts>;

/** How a daemon is made to run a swapped configuration. */
export const ACTIONS = ['restart', 'reload'] as const;

const minutes = (n: number): number => n * 60_000;

/**
 * How a rollout is staged. Every field has the default of a careful operator; durations are read as
 * milliseconds. See `unsafeStrategyFaults` for the combinations that are refused.
 */
export const Strategy = z
  .strictObject({
    canary: z
      .strictObject({ hosts: CanaryHosts.default(1), soak: Duration.default(minutes(10)) })
      .prefault({}),
    datacenters: z
      .strictObject({
        /** Datacenters in the order in which they are proved; those left out follow by name. */
        order: z.array(DatacenterName).max(1000).default([]),
        share: Share.default('25%'),
        soak: Duration.default(minutes(10)),
      })
      .prefault({}),
    global: z.strictObject({ soak: Duration.default(minutes(10)) }).prefault({}),
    maxUnavailable: Share.default('20%'),
    maxUnavailablePerGroup: z.int().min(1).max(1000).default(1),
    failureThreshold: z.int().min(0).max(100_000).default(0),
    applyDeadline: Duration.default(minutes(5)),
    progressDeadline: Duration.default(minutes(60)),
    confirmDeadline: Duration.default(minutes(30)),
    onFailure: z.enum(['halt', 'rollback']).default('halt'),
    /**
     * How the daemon is made to run the change. A reload keeps the process and may be half applied, so it is judged by
     * answers all the same, and undone by a restart.
     */
    action: z.enum(ACTIONS).default('restart'),
    /** How many rounds of checks in a row must go wrong until a host that was well counts as failed. */
    consecutiveFailures: z.int().min(1).max(5).default(2),
    /** How many hosts, of other datacenters if there are any, ask a changed host too. 0: its own word is enough. */
    vantage: z.int().min(0).max(5).default(1),
    /**
     * What becomes of a host that is not heard of at all while the change is staged. `halt`: it is lost, and lost is
     * failed. `skip`: it is left out and gets the change when it is back; never a canary, and only so many.
     */
    unreachable: z.enum(['halt', 'skip']).default('halt'),
    approval: z
      .union([z.literal('none'), z.strictObject({ before: z.array(z.enum(WAVE_KINDS)).min(1).max(3) })])
      .default('none'),
    /** What must hold besides the hosts' own checks: before a wave, and while it soaks. */
    gates: z.array(Gate).max(20).default([]),
  })
  .superRefine((strategy, ctx) => {
    const { canary, datacenters, global } = strategy;
    const soaks = { canary: canary.soak, datacenter: datacenters.soak, global: global.soak };
    for (const fault of [...unsafeStrategyFaults(strategy), ...unsafeGateFaults(strategy.gates, soaks)]) {
      ctx.addIssue({ code: 'custom', params: { fault: 'strategy_unsafe' }, ...fault });
    }
  });
export type Strategy = z.infer<typeof Strategy>;

interface Deadlines {
  canary: { hosts: CanaryHosts; soak: number };
  datacenters: { order: readonly string[]; soak: number };
  global: { soak: number };
  applyDeadline: number;
  progressDeadline: number;
  confirmDeadline: number;
  approval: 'none' | { before: readonly string[] };
}

/** A silent host in flight for longer than this would be noticed by nobody. */
const LONGEST_APPLY = minutes(120);

/**
 * Settings that contradict one another. They are refused and never corrected: a corrected safety setting is
 * one that nobody chose.
 * @returns one fault for each, with the path of the field to change.
 */
function unsafeStrategyFaults(strategy: Deadlines): { path: (string | number)[]; message: string }[] {
  const faults: { path: (string | number)[]; message: string }[] = namedTwice(strategy);
  if (strategy.applyDeadline < 1000) {
    faults.push({ path: ['applyDeadline'], message: 'must be at least 1s: no name server restarts in less' });
  }
  if (strategy.applyDeadline > LONGEST_APPLY) {
    faults.push({
      path: ['applyDeadline'],
      message: 'must be at most 2h: a silent host is lost only after it',
    });
  }
  for (const wave of ['canary', 'datacenters', 'global'] as const) {
    const { soak } = strategy[wave];
    if (strategy.confirmDeadline <= soak) {
      faults.push({
        path: ['confirmDeadline'],
        message: `must be longer than ${wave}.soak, or every host reverts before it can be confirmed`,
      });
    }
    if (strategy.progressDeadline <= soak) {
      faults.push({
        path: ['progressDeadline'],
        message: `must be longer than ${wave}.soak, or the wave can never pass in time`,
      });
    }
  }
  return faults;
}

/** A list that names something twice is not the list that somebody had in mind. */
function namedTwice(strategy: Deadlines): { path: (string | number)[]; message: string }[] {
  const { canary, datacenters, approval } = strategy;
  const lists: [path: string[], names: readonly string[]][] = [
    [['canary', 'hosts'], Array.isArray(canary.hosts) ? canary.hosts : []],
    [['datacenters', 'order'], datacenters.order],
    [['approval', 'before'], approval === 'none' ? [] : approval.before],
  ];
  return lists.flatMap(([path, names]) =>
    names.flatMap((name, index) =>
      names.indexOf(name) < index ? [{ path: [...path, index], message: `${name} is named twice` }] : [],
    ),
  );
}
