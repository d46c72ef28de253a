/** Names of the fields that log lines carry, bound once by whoever makes the logger. */
export const LOG_FIELDS = {
  host: 'host',
  rollout: 'rollout',
  wave: 'wave',
  epoch: 'epoch',
  event: 'event',
  verdict: 'verdict',
  from: 'from',
  to: 'to',
  code: 'code',
  reason: 'reason',
} as const;
