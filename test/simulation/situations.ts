/** What a simulation that proves anything has come to, at least once in the seeds of a run; by the names under which it is counted. */
const SITUATIONS: readonly string[] = [
  // How rollouts go, and where they are stopped.
  'rollout succeeded',
  'rollout rolledBack',
  'rollout aborted',
  'wave canary begins',
  'wave datacenter begins',
  'wave global begins',
  'halted in preflight',
  'halted in canary',
  'halted in datacenter',
  'halted in global',
  'halted while paused',
  'halted while awaiting approval',
  // What hosts find out, and what they do about it.
  'rejected: rejected',
  'failed: wrong_answer',
  'failed: no_answer',
  'failed: daemon_exited',
  'failed: reload_failed',
  'failed: unconfirmed',
  'failed: rebooted',
  'failed: agent_not_running',
  'unhealthy: daemon_exited',
  'another host found wrong answers',
  'revert while partitioned',
  'guard put the old generation back',
  // Where agents die.
  'agent killed before record applying',
  'agent killed after record applying',
  'agent killed before switchTo',
  'agent killed after switchTo',
  'agent killed before restart',
  'agent killed after restart',
  'agent killed before record confirmed',
  'agent killed after record confirmed',
  'agent killed before record reverting',
  'agent killed after record reverting',
  'power cut after switchTo',
  'records lost in a power cut',
  'link lost in a power cut',
  // Where orchestrators die, and how they meet.
  'orchestrator killed before commit',
  'orchestrator killed after commit',
  'version conflict',
  'orchestrator stopped',
  'wall clock jumped',
  // What is lost on the way.
  'message lost',
  'message duplicated',
  'message clogged',
  'grant later than its lease',
  'store down',
  'store rolled back',
  'queues deleted',
  'signals lost',
  'pager down',
  'page delivered twice',
];

/** Those of the list that were never reached. */
export function missed(reached: ReadonlyMap<string, number>): string[] {
  return SITUATIONS.filter((situation) => !reached.has(situation));
}
