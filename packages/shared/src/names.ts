/** Names of all metrics, so that code, dashboards and alerts cannot drift apart. */
export const METRICS = {
  rollouts: 'breakwater_rollouts',
  waveHosts: 'breakwater_wave_hosts',
  haltSeconds: 'breakwater_halt_seconds',
  failures: 'breakwater_failures_total',
  pages: 'breakwater_pages_total',
  agentsConnected: 'breakwater_agents_connected',
  queueDepth: 'breakwater_queue_depth',
  decisionSeconds: 'breakwater_decision_seconds',
  conflicts: 'breakwater_version_conflicts_total',
} as const;

/** Names of the fields that log lines carry, bound once by whoever makes the logger. */
export const LOG_FIELDS = {
  host: 'host',
  rollout: 'rollout',
  wave: 'wave',
  epoch: 'epoch',
  from: 'from',
  to: 'to',
  code: 'code',
  reason: 'reason',
} as const;
