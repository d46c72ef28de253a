import type { Root, Run } from '../run.ts';
import { watch } from '../watch/watch.ts';
import { rolloutId } from './arguments.ts';

export function addWatch(root: Root, run: Run): void {
  root
    .command('watch')
    .description('follow a rollout; the exit code tells how it ended. Ctrl-C does not stop the rollout')
    .argument('<rollout>', 'its id, such as r-42', rolloutId)
    .action((id) => run(({ api, output, around }) => watch(api, output, around, id)));
}
