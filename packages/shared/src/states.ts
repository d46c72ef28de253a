/** The states of a rollout, its waves and its hosts. Their names are part of the public interface. */
export const ROLLOUT_STATES = [
  'planned',
  'awaitingApproval',
  'preflighting',
  'running',
  'paused',
  'halted',
  'rollingBack',
  'rolledBack',
  'aborted',
  'succeeded',
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

export const WAVE_STATES = ['pending', 'running', 'soaking', 'passed', 'failed', 'skipped'] as const;
export type WaveState = (typeof WAVE_STATES)[number];

export const WAVE_KINDS = ['canary', 'datacenter', 'global'] as const;
export type WaveKind = (typeof WAVE_KINDS)[number];

export const HOST_STATES = [
  'pending',
  'staging',
  'ready',
  'applying',
  'verifying',
  'soaking',
  'confirmed',
  'failed',
  'reverting',
  'reverted',
  'revertFailed',
  'lost',
  'skipped',
] as const;
export type HostState = (typeof HOST_STATES)[number];
