import type { Command } from '@commander-js/extra-typings';
import type { Surroundings } from './io/output.ts';
import { addChangeCommands } from './commands/change.ts';
import { addCompletion } from './commands/completion.ts';
import { addHosts, addHostVerbs } from './commands/hosts.ts';
import { addLineCommands } from './commands/line.ts';
import { addLogCommands } from './commands/log.ts';
import { addPageCommands } from './commands/pages.ts';
import { addStatus } from './commands/status.ts';
import { addVerbs } from './commands/verbs.ts';
import { addWatch } from './commands/watch.ts';
import { createRoot, runner } from './run.ts';

const HELP = `
Exit codes: 0 done or succeeded, 1 nobody answers or internal, 2 halted, 3 rolled back, 4 refused, 5 aborted,
6 wrong usage, 7 you said no, 130 Ctrl-C. More in docs/cli.md.`;

/** The whole command line. Its exit code is told to `ended`. */
export function createProgram(around: Surroundings, ended: (code: number) => void): Command {
  const root = createRoot(around);
  const run = runner(root, around, ended);
  addStatus(root, run);
  addHosts(root, run);
  addChangeCommands(root, run);
  addWatch(root, run);
  addVerbs(root, run);
  addHostVerbs(root, run);
  addLineCommands(root, run);
  addLogCommands(root, run);
  addPageCommands(root, run);
  addCompletion(root, around);
  root.addHelpText('after', HELP);
  return root;
}
