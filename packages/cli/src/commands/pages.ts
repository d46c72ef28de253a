import { answerOf } from '../api/api.ts';
import { EXIT } from '../exit-codes.ts';
import { sentence } from '../io/text.ts';
import type { Root, Run } from '../run.ts';
import { REASON } from './arguments.ts';

export function addPageCommands(root: Root, run: Run): void {
  const pages = root.command('pages').description('how people are woken');
  pages
    .command('test')
    .description('send a test page, to prove that it reaches somebody')
    .requiredOption(...REASON)
    .option('--channel <name>', 'only over this channel')
    .action(({ reason, channel }) =>
      run(async ({ api, output, shown }) => {
        const body = { reason, ...(channel !== undefined && { channel }) };
        const answer = shown(await answerOf(api.client.POST('/v1/pages/test', { body })));
        output.data(answer);
        for (const { channel: name, accepted, error, ms } of answer.channels) {
          const outcome = accepted ? 'took it' : `DID NOT TAKE IT: ${sentence(error ?? 'no reason given')}`;
          output.line(`${name}: ${outcome} (${Math.round(ms)}ms)`);
        }
        return answer.channels.every(({ accepted }) => accepted) ? EXIT.done : EXIT.failed;
      }),
    );
}
