import type { Surroundings } from '../io/output.ts';
import type { Root } from '../run.ts';
import { Argument } from '@commander-js/extra-typings';

/** As far as a script needs to know a command. */
interface Node {
  words: string;
  names: string[];
  flags: string[];
}

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function addCompletion(root: Root, { stdout }: Pick<Surroundings, 'stdout'>): void {
  root
    .command('completion')
    .description('a script that completes this command line: breakwater completion bash >> ~/.bashrc')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell) => void stdout.write(SCRIPTS[shell](nodesOf(root, ''))));
}

/** What commander knows of a command. */
interface Described {
  name(): string;
  readonly commands: readonly Described[];
  readonly options: readonly { long?: string | undefined }[];
}

function nodesOf(command: Described, words: string, above: readonly string[] = []): Node[] {
  const flags = [...above, ...command.options.flatMap(({ long }) => long ?? [])];
  const own = { words, names: command.commands.map((one) => one.name()), flags: [...flags, '--help'] };
  const below = command.commands.flatMap((one) => nodesOf(one, `${words} ${one.name()}`.trim(), flags));
  return [own, ...below];
}

/** Words that are no flags, in front of the one that is being typed, say which command it is. */
function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(
    ({ words, names, flags }) => `    '${words}') words='${[...names, ...flags].join(' ')}' ;;`,
  );
  return `# breakwater: completion for bash
_breakwater() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
${nodes
  .filter(({ words }) => words !== '')
  .map(({ words }) => `      ' ${words}') path=' ${words}' ;;`)
  .join('\n')}
    esac
  done
  case "\${path# }" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  # No word of ours: a file, as for the folder of a change.
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -F _breakwater breakwater
`;
}

/** zsh runs scripts for bash's completion. */
function zsh(nodes: readonly Node[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(nodes).replace('for bash', 'for zsh')}`;
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ words, names, flags }) => {
    const [first, second] = words.split(' ');
    const seen = [first, second].filter((word) => word !== undefined && word !== '');
    const under = seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const condition = under === '' ? '__fish_use_subcommand' : under;
    const entry = (what: string): string => `complete -c breakwater -n '${condition}' ${what}`;
    return [
      ...(names.length > 0 ? [entry(`-f -a '${names.join(' ')}'`)] : []),
      ...flags.map((flag) => entry(`-l ${flag.slice(2)}`)),
    ];
  });
  return `# breakwater: completion for fish\n${lines.join('\n')}\n`;
}

const SCRIPTS = { bash, zsh, fish } as const;
