import { formatDuration } from '@breakwater/shared';
import { answerOf, type Event, type Timeline } from '../api/api.ts';
import { count, few, oneLine, printable, sentence, table, wrap } from '../io/text.ts';
import type { Context, Root, Run } from '../run.ts';
import { HEADLINES } from '../tell/rollout.ts';
import { rolloutId } from './arguments.ts';

export function addLogCommands(root: Root, run: Run): void {
  root
    .command('timeline')
    .description('what happened in a rollout, and how long it took')
    .argument('<rollout>', 'its id, such as r-42', rolloutId)
    .option('--markdown', 'as a document for an incident review', false)
    .action((id, { markdown }) =>
      run(async ({ api, output, shown }) => {
        const path = { id };
        if (markdown && !output.json) {
          const query = { format: 'markdown' as const };
          const call = api.client.GET('/v1/rollouts/{id}/timeline', {
            params: { path, query },
            parseAs: 'text',
          });
          output.line(printable(await answerOf(call)).trimEnd());
          return;
        }
        const call = api.client.GET('/v1/rollouts/{id}/timeline', { params: { path } });
        const timeline = shown((await answerOf(call)) as Timeline);
        output.data(timeline);
        for (const line of timelineLines(timeline, output.width)) output.line(line);
      }),
    );

  root
    .command('audit')
    .description('who did what, in everything; oldest first')
    .option('--after <seq>', 'only what comes after this number')
    .action(({ after }) => run((context) => audit(context, after ?? '0')));
}

const clock = (at: string): string => at.slice(11, 19);

function timelineLines(timeline: Timeline, width: number): string[] {
  const { id, title, state, verdict, detectedToHaltedMs, haltedToPagedMs, waves, entries } = timeline;
  const took = (ms: number | null): string => (ms === null ? '-' : formatDuration(Math.max(0, ms)));
  const rows = waves.map((wave) => [
    `  ${wave.wave}`,
    count(wave.hosts, 'host'),
    wave.state,
    took(wave.durationMs),
  ]);
  const room = Math.min(width, 110);
  return [
    `${id} "${oneLine(title)}" ${HEADLINES[state]}: ${sentence(oneLine(verdict.reason))}`,
    ...(timeline.haltedAt === null
      ? []
      : [
          `  halted ${took(detectedToHaltedMs)} after it was first seen, paged ${took(haltedToPagedMs)} after that`,
        ]),
    '',
    ...table(rows, room),
    '',
    `All times UTC, from ${entries[0]?.at.slice(0, 10) ?? 'now'}`,
    ...entries.flatMap(({ at, sinceStartMs, text }) => {
      const when = `${clock(at)}  ${`+${formatDuration(Math.max(0, sinceStartMs))}`.padEnd(8)} `;
      const [first = '', ...rest] = wrap(text, room - when.length);
      return [when + first, ...rest.map((line) => ' '.repeat(when.length) + line)];
    }),
  ];
}

/** One line an event: also those of a type that this program does not know. */
function auditLine(event: Event): string {
  const { seq, at, type, prev: _prev, hash: _hash, ...more } = event;
  const words = Object.entries(more).map(([name, value]) => `${name}=${valueText(value)}`);
  return `${String(seq).padStart(6)}  ${at.slice(0, 19)}Z  ${type.padEnd(18)} ${oneLine(words.join(' '))}`;
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:-]+$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return few(value.map(String));
  if (typeof value === 'object' && value !== null && 'code' in value) return String(value.code);
  return JSON.stringify(value);
}

async function audit({ api, output, shown }: Context, from: string): Promise<void> {
  const part = async (after: number): Promise<number | null> => {
    const call = api.client.GET('/v1/audit', { params: { query: { limit: 1000, after } } });
    const { items, next } = await answerOf(call);
    for (const event of items) {
      output.data(event, 'line');
      output.line(auditLine(shown(event)));
    }
    return next === null ? null : Number(next);
  };
  let after: number | null = Number(from);
  while (after !== null) after = await part(after);
}
