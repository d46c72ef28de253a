/** Names of all metrics, so that code, dashboards and alerts cannot drift apart. */
export const METRICS = {
  rollouts: 'breakwater_rollouts',
  waveHosts: 'breakwater_wave_hosts',
  haltSeconds: 'breakwater_halt_seconds',
  failures: 'breakwater_failures_total',
  pages: 'breakwater_pages_total',
  emergencies: 'breakwater_emergencies_total',
  agentsConnected: 'breakwater_agents_connected',
  queueDepth: 'breakwater_queue_depth',
  decisionSeconds: 'breakwater_decision_seconds',
  conflicts: 'breakwater_version_conflicts_total',
  agentChecks: 'breakwater_agent_checks_total',
  agentCheckSeconds: 'breakwater_agent_check_seconds',
  agentDaemonUp: 'breakwater_agent_daemon_up',
  agentDaemonExits: 'breakwater_agent_daemon_exits_total',
  agentGeneration: 'breakwater_agent_generation_info',
  agentPhase: 'breakwater_agent_journal_phase',
  agentDrift: 'breakwater_agent_drift',
  agentRoundAge: 'breakwater_agent_last_round_age_seconds',
  agentBuild: 'breakwater_agent_build_info',
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
