import type { Metric } from './metric.ts';

/** What an agent says of its host. */
export const AGENT_METRICS = {
  agentChecks: {
    name: 'breakwater_agent_checks_total',
    type: 'counter',
    help: 'Questions that the name server was asked, by what became of them',
    labels: ['result'],
    source: 'agent',
  },
  agentCheckSeconds: {
    name: 'breakwater_agent_check_seconds',
    type: 'histogram',
    help: 'Seconds from a question to its answer, or to giving up',
    labels: [],
    source: 'agent',
  },
  agentDaemonUp: {
    name: 'breakwater_agent_daemon_up',
    type: 'gauge',
    help: 'Whether the name server runs, as its supervisor says',
    labels: [],
    source: 'agent',
  },
  agentDaemonExits: {
    name: 'breakwater_agent_daemon_exits_total',
    type: 'counter',
    help: 'How often the name server has ended, restarts included',
    labels: [],
    source: 'agent',
  },
  agentGeneration: {
    name: 'breakwater_agent_generation_info',
    type: 'gauge',
    help: 'The generation that is live, and the last known good one, by the beginning of its digest',
    labels: ['role', 'generation'],
    source: 'agent',
  },
  agentPhase: {
    name: 'breakwater_agent_journal_phase',
    type: 'gauge',
    help: 'Where the newest change stands in the journal: 1 for its phase, 0 for all others',
    labels: ['phase'],
    source: 'agent',
  },
  agentDrift: {
    name: 'breakwater_agent_drift',
    type: 'gauge',
    help: 'Whether what is live differs from what is recorded; absent while nobody knows',
    labels: [],
    source: 'agent',
  },
  agentRoundAge: {
    name: 'breakwater_agent_last_round_age_seconds',
    type: 'gauge',
    help: 'Seconds since the newest round of checks ended; an agent that hangs shows nothing else',
    labels: [],
    source: 'agent',
  },
  agentBuild: {
    name: 'breakwater_agent_build_info',
    type: 'gauge',
    help: 'The version of the agent, and of the Node.js that runs it',
    labels: ['version', 'node'],
    source: 'agent',
  },
} as const satisfies Record<string, Metric>;
