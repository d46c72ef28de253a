import { formatDuration } from '@breakwater/shared';
import type { TimelineReply } from './replies.ts';

/** A timeline as a document to paste into an incident review. */
export function timelineMarkdown(timeline: TimelineReply): string {
  const { id, title, state, verdict, waves, entries } = timeline;
  return [
    `# ${id}: ${plain(title)}`,
    '',
    `The rollout is **${state}**: ${plain(verdict.reason)} (\`${verdict.code}\`)`,
    '',
    `- First seen failing: ${timeline.detectedAt ?? '—'}`,
    `- Halted: ${timeline.haltedAt ?? '—'}${after(timeline.detectedToHaltedMs, 'it was first seen')}`,
    `- Paged: ${timeline.pagedAt ?? '—'}${after(timeline.haltedToPagedMs, 'the halt')}`,
    '',
    '| wave | hosts | state | started | took |',
    '|---|---|---|---|---|',
    ...waves.map(
      ({ wave, hosts, state: waveState, startedAt, durationMs }) =>
        `| ${wave} | ${hosts} | ${waveState} | ${startedAt ?? '—'} | ${durationMs === null ? '—' : formatDuration(durationMs)} |`,
    ),
    '',
    ...entries.map(
      ({ at, sinceStartMs, text }) =>
        `- ${at} (+${formatDuration(Math.max(0, sinceStartMs))}) ${plain(text)}`,
    ),
    '',
  ].join('\n');
}

function after(ms: number | null, what: string): string {
  return ms === null ? '' : ` (${formatDuration(Math.max(0, ms))} after ${what})`;
}

/** What people and hosts wrote stays text: one line, no markup and no HTML. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}
