import type { RolloutState, WaveState } from '@breakwater/shared';
import { type Html, html } from './html.ts';

/** How something is, for colour; whatever has one says it in words too. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet';

export const ROLLOUT_WORDS: Readonly<Record<RolloutState, { text: string; tone: Tone }>> = {
  planned: { text: 'waits to begin', tone: 'busy' },
  preflighting: { text: 'hosts prove it offline', tone: 'busy' },
  awaitingApproval: { text: 'waits for approval', tone: 'busy' },
  running: { text: 'under way', tone: 'busy' },
  paused: { text: 'paused by a person', tone: 'busy' },
  halted: { text: 'HALTED by the machine', tone: 'bad' },
  rollingBack: { text: 'rolling back', tone: 'bad' },
  rolledBack: { text: 'rolled back', tone: 'quiet' },
  aborted: { text: 'aborted', tone: 'quiet' },
  succeeded: { text: 'succeeded', tone: 'good' },
};

export const WAVE_WORDS: Readonly<Record<WaveState, { text: string; tone: Tone }>> = {
  pending: { text: 'has not begun', tone: 'quiet' },
  running: { text: 'under way', tone: 'busy' },
  soaking: { text: 'soaking', tone: 'busy' },
  passed: { text: 'passed', tone: 'good' },
  failed: { text: 'failed', tone: 'bad' },
  skipped: { text: 'left out', tone: 'quiet' },
};

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Ends a text that people or hosts wrote as a sentence. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A time for people in different places: always UTC, and with the day unless it is today. */
export function timeText(ms: number, now: number): string {
  const iso = new Date(ms).toISOString();
  const [day, hour] = [iso.slice(0, 10), iso.slice(11, 19)];
  return new Date(now).toISOString().startsWith(day) ? `${hour} UTC` : `${day} ${hour} UTC`;
}

export function time(ms: number, now: number): Html {
  return html`<time datetime="${new Date(ms).toISOString()}">${timeText(ms, now)}</time>`;
}

export function badge({ text, tone }: { text: string; tone: Tone }): Html {
  return html`<strong class="badge ${tone}">${text}</strong>`;
}
