import { parseArgs } from 'node:util';
import { ORDERS, type OrderVerb } from '../../core/console.ts';

/** How long the words may be that a person gives as the reason. */
export const LONGEST_REASON = 500;

/** What a person asked for. */
export interface Command {
  verb: 'status' | 'verify' | OrderVerb;
  json: boolean;
  reason: string;
  /** The agent's configuration file, when it is not the usual one. */
  config: string | undefined;
  /** Whether this process holds the agent's lock already. */
  locked: boolean;
}

/** A command line that says nothing that can be done; its message tells what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `breakwater-agent: look after this host's name server, also with everything else down.

  breakwater-agent status     what runs, what is under way, and what to do
  breakwater-agent verify     look at everything again, and change nothing
  breakwater-agent revert     give the newest change up and go back to the generation before it
  breakwater-agent restart    restart the daemon on what it should run, and prove its answers
  breakwater-agent repair     put files or the link back that somebody changed by hand
  breakwater-agent adopt      keep what somebody changed by hand: it becomes the last known good
  breakwater-agent guard      for the daemon's own start script, see guard.sh
  breakwater-agent            run the agent

  --reason "…"    why, for the journal (revert, restart, repair; adopt needs it)
  --json          one JSON object instead of text
  --config FILE   the agent's configuration; else $BREAKWATER_AGENT_CONFIG, else /etc/breakwater/agent.json
  --help          this

The running agent carries it out. Without one, the command does it itself.
Exit codes: 0 good; 1 not good (unhealthy or unfinished); 2 wrong usage; 3 refused, with the reason;
4 could not be done.
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  reason: { type: 'string' },
  config: { type: 'string' },
  locked: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads a command line. @returns `help` when that is wanted. @throws UsageError */
export function readArguments(given: readonly string[]): Command | 'help' {
  const { values, positionals } = parsed(given);
  if (values.help) return 'help';
  const [word = '', ...more] = positionals;
  const verb = VERBS.find((known) => known === word);
  if (verb === undefined) throw new UsageError(`unknown command "${printable(word)}"; see --help`);
  if (more.length > 0) throw new UsageError(`"${printable(more[0] ?? '')}" is one word too many; see --help`);
  return {
    verb,
    json: values.json,
    config: values.config,
    locked: values.locked,
    reason: reasonFor(verb, values.reason),
  };
}

const VERBS = ['status', 'verify', ...ORDERS] as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function reasonFor(verb: Command['verb'], given: string | undefined): string {
  const reason = printable(given ?? '').trim();
  if (reason.length > LONGEST_REASON)
    throw new UsageError(`--reason takes at most ${LONGEST_REASON} characters`);
  const looks = verb === 'status' || verb === 'verify';
  if (looks && given !== undefined) throw new UsageError(`${verb} changes nothing and takes no --reason`);
  // Whoever finds this configuration next month has nothing but these words to know where it came from.
  if (verb === 'adopt' && reason === '')
    throw new UsageError('adopt needs --reason "…": say what was changed and why');
  return reason === '' ? 'no reason was given' : reason;
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, LONGEST_REASON + 1);
}
