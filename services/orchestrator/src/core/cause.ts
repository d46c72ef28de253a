/** What can happen to a rollout that it must not go on with. */
export const CAUSES = [
  'preflightFails',
  'canaryFails',
  'hostFails',
  'cannotTell',
  'turnsUnhealthy',
  'staysUnwell',
  'silent',
  'overdue',
  'vantageFails',
  'vantageUnreachable',
  'vantageSilent',
  'drifts',
  'gateFails',
  'gateUnclear',
  'neverHome',
  'canaryGone',
  'waveLate',
  'expires',
] as const;
export type Cause = (typeof CAUSES)[number];
