import { answerOf, type Line } from '../api/api.ts';
import { count } from '../io/text.ts';
import type { Context, Root, Run } from '../run.ts';
import { hostsOf, isEnded } from '../tell/rollout.ts';
import { REASON } from './arguments.ts';
import { lineLines } from './status.ts';

export function addLineCommands(root: Root, run: Run): void {
  const line = root.command('line').description('stop everything at once, and start it again');
  line
    .command('show')
    .description('whether the line is stopped')
    .action(() =>
      run(async (context) =>
        tell(context, context.shown(await answerOf(context.api.client.GET('/v1/line')))),
      ),
    );
  line
    .command('stop')
    .description('no rollout, emergencies included, starts or takes a further host')
    .requiredOption(...REASON)
    .action(({ reason }) =>
      run(async (context) => {
        const call = context.api.client.POST('/v1/line/stop', { body: { reason } });
        tell(context, context.shown(await answerOf(call)));
      }),
    );
  line
    .command('start')
    .description('rollouts that waited for it go on at once')
    .requiredOption(...REASON)
    .action(({ reason }) =>
      run(async (context) => {
        await context.confirm(`Start the line${await whatGoesOn(context)}`);
        const call = context.api.client.POST('/v1/line/start', { body: { reason } });
        tell(context, context.shown(await answerOf(call)));
      }),
    );
}

async function whatGoesOn({ api }: Context): Promise<string> {
  const { items } = await answerOf(api.client.GET('/v1/rollouts', { params: { query: { limit: 100 } } }));
  const moving = items.filter(
    (rollout) => !isEnded(rollout) && rollout.state !== 'halted' && rollout.state !== 'paused',
  );
  const ahead = moving.flatMap(hostsOf).filter(({ state }) => state !== 'confirmed' && state !== 'skipped');
  return moving.length === 0
    ? ' (no rollout waits for it)'
    : `: ${count(moving.length, 'rollout')} with ${count(ahead.length, 'host')} still to come ${moving.length === 1 ? 'goes' : 'go'} on`;
}

function tell({ output }: Context, line: Line): void {
  output.data(line);
  output.line(
    line.stopped
      ? 'The line is stopped: nothing starts, and no rollout takes a further host.'
      : 'The line is running.',
  );
  for (const more of lineLines(line)) output.line(more);
}
