import { InvalidArgumentError } from '@commander-js/extra-typings';
import { answerOf, type Plan } from '../api/api.ts';
import { type Change, type ChangeFlags, readChange } from '../bundle/submission.ts';
import { EXIT } from '../exit-codes.ts';
import { few } from '../io/text.ts';
import type { Context, Root, Run } from '../run.ts';
import { planLines, sizeOf } from '../tell/plan.ts';
import { choices } from '../tell/choices.ts';
import { headline } from '../tell/rollout.ts';
import { words } from './arguments.ts';
import { watch } from '../watch/watch.ts';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function whole(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number from 1 on.');
}

/** A command about a change: a folder with flags, or a file. */
function changeCommand(root: Root, name: string, description: string) {
  return root
    .command(name)
    .description(description)
    .argument('[folder]', 'what the hosts are to run: all/, datacenter/<name>/ and host/<id>/ below it')
    .option('-f, --file <file>', 'the whole submission, in YAML or JSON')
    .option('-t, --title <text>', 'what it is, in a few words', words)
    .option('-r, --reason <text>', 'why', words)
    .option('--ticket <id>', 'where it is discussed')
    .option('--datacenter <name>', 'only there; give it again for others', collect, [])
    .option('--host <id>', 'only this host; give it again for others', collect, [])
    .option('--soak <duration>', 'how long each wave must stay healthy, such as 10m')
    .option('--max-hosts <n>', 'refuse it if it is more hosts than this', whole);
}

export function addChangeCommands(root: Root, run: Run): void {
  changeCommand(root, 'plan', 'show what a change would do; nothing is stored').action((folder, flags) =>
    run(async (context) => {
      const change = await read(context, folder, folder === undefined ? flags : named(flags));
      const plan = await planOf(context, change);
      context.output.data(plan);
      for (const line of planLines(plan, context.output)) context.output.line(line);
    }),
  );

  changeCommand(root, 'submit', 'show the plan of a change, and start it')
    .option('-w, --watch', 'follow it to its end, which the exit code tells', false)
    .action((folder, { watch: follow, ...flags }) =>
      run((context) => submit(context, folder, flags, follow)),
    );
}

/** A plan is kept nowhere, so nobody has to say yet what it is and why. */
function named({ title = 'A plan', reason = 'To see what it would do', ...more }: ChangeFlags): ChangeFlags {
  return { ...more, title, reason };
}

async function read({ output }: Context, folder: string | undefined, flags: ChangeFlags): Promise<Change> {
  const change = await readChange(folder, flags);
  if (change.leftOut.length > 0)
    output.note(`Left out, since their names begin with a dot: ${few(change.leftOut)}`);
  return change;
}

async function planOf({ api, shown }: Context, { submission }: Change): Promise<Plan> {
  return shown(await answerOf(api.client.POST('/v1/plans', { body: submission })));
}

async function submit(context: Context, folder: string | undefined, flags: ChangeFlags, follow: boolean) {
  const { api, output, around, shown, confirm } = context;
  const change = await read(context, folder, flags);
  const plan = await planOf(context, change);
  // Under --json it is still shown to whoever is asked; the result alone goes to standard output.
  const show = output.json ? output.note : output.line;
  for (const line of planLines(plan, output)) show(line);
  await confirm(`Start "${change.submission.title}" on ${sizeOf(plan)}`);
  // What was looked at is what is started, or nothing is.
  const body = { ...change.submission, planDigest: plan.planDigest };
  const rollout = shown(await answerOf(api.client.POST('/v1/rollouts', { body })));
  if (follow) return watch(api, output, around, rollout.id);
  output.data(rollout);
  output.line(`${headline(rollout)}.`);
  for (const choice of [`breakwater watch ${rollout.id}`.padEnd(44) + 'follow it', ...choices(rollout)])
    output.line(`  ${choice}`);
  return EXIT.done;
}
