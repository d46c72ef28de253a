import { formatDuration } from '@breakwater/shared';
import type { TimelineReply } from './replies.ts';

const NONE = '—';
/** So many files are listed by name; the rest is counted. */
const MOST_FILES = 20;

/** A timeline as a document to publish: the summary first, then key times, waves, what hosts served, what is not known, the log. */
export function timelineMarkdown(timeline: TimelineReply): string {
  const { id, title, state, verdict, summary, entries } = timeline;
  return [
    `# ${id}: ${plain(title)}`,
    '',
    plain(summary),
    '',
    `The rollout is **${state}**: ${plain(verdict.reason)} (\`${verdict.code}\`)`,
    '',
    ...keyTimes(timeline),
    ...decided(timeline),
    ...changes(timeline),
    ...waves(timeline),
    ...served(timeline),
    ...gaps(timeline),
    '## Log',
    '',
    ...entries.map(
      ({ at, sinceStartMs, text }) =>
        `- ${at} (+${formatDuration(Math.max(0, sinceStartMs))}) ${plain(text)}`,
    ),
    '',
  ].join('\n');
}

function keyTimes({ key }: TimelineReply): string[] {
  const rows = key.map(({ what, at, note }) => `| ${what} | ${at ?? NONE} | ${plain(note)} |`);
  return ['## Key times', '', '| what | when | |', '|---|---|---|', ...rows, ''];
}

function decided({ decided: by }: TimelineReply): string[] {
  if (by === null) return [];
  const row = by.rule === null ? '' : ` (\`${by.rule}\`)`;
  return [
    '## What halted it',
    '',
    `The halting rule: ${plain(by.words)}${row}. Found: ${plain(by.reason)}`,
    '',
  ];
}

function changes({ changes: { bundle, replaces, files, found } }: TimelineReply): string[] {
  const named = (files ?? []).slice(0, MOST_FILES).map(({ path, change }) => `- ${plain(path)} (${change})`);
  const more = (files?.length ?? 0) - named.length;
  const list =
    files === null
      ? ['The files are not known: the store has not got both bundles.']
      : [`Files of the first canary: ${files.length}`, ...named, ...(more > 0 ? [`- and ${more} more`] : [])];
  return [
    '## What was changed',
    '',
    `Bundle \`${bundle}\` in place of ${replaces === null ? 'what is not known' : `\`${replaces}\``}.`,
    '',
    ...list,
    '',
    ...found.map(
      ({ hosts, differs }) => `As ${hosts} host${hosts === 1 ? '' : 's'} found: ${plain(differs)}`,
    ),
    ...(found.length > 0 ? [''] : []),
  ];
}

function waves({ waves: all }: TimelineReply): string[] {
  const rows = all.map(
    ({ wave, hosts, state, startedAt, durationMs }) =>
      `| ${wave} | ${hosts} | ${state} | ${startedAt ?? NONE} | ${durationMs === null ? NONE : formatDuration(durationMs)} |`,
  );
  return ['## Waves', '', '| wave | hosts | state | started | took |', '|---|---|---|---|---|', ...rows, ''];
}

function served({ served: { spells, derivedFrom, notKnown } }: TimelineReply): string[] {
  const head = ['## What hosts answered', ''];
  if (spells.length === 0) return [...head, 'No host is known to have answered wrongly.', ''];
  const rows = spells.map(
    ({ host, wave, from, until, ms, known }) =>
      `| ${host} | ${wave} | ${from ?? 'unknown'} | ${until ?? (known === 'still' ? 'not yet' : 'unknown')} | ${ms === null ? 'unknown' : formatDuration(ms)} |`,
  );
  return [
    ...head,
    '| host | wave | answered wrongly from | until | for |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    plain(derivedFrom),
    '',
    'Not known:',
    ...notKnown.map((text) => `- ${plain(text)}`),
    '',
  ];
}

function gaps({ gaps: all }: TimelineReply): string[] {
  if (all.length === 0) return [];
  const lines = all.map(
    ({ from, until, host, why }) =>
      `- Nothing is known${host === null ? '' : ` of ${host}`} between ${from} and ${until ?? 'now'}: ${plain(why)}.`,
  );
  return ['## Gaps', '', ...lines, ''];
}

/** What people and hosts wrote stays text: one line, no markup and no HTML. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}
