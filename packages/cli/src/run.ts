import { Command, Option } from '@commander-js/extra-typings';
import { type Api, createApi } from './api/api.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Failure } from './failures.ts';
import { confirm } from './io/ask.ts';
import { createOutput, type Output, shown, type Surroundings } from './io/output.ts';
import { readSettings } from './settings/settings.ts';
import { failureData, failureLines } from './tell/failure.ts';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** The program without its commands: what every command understands. */
export function createRoot({ stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>) {
  return new Command('breakwater')
    .description('Rolls DNS configuration changes out so that a bad one stops at the first host.')
    .addOption(
      new Option('--api <url>', 'an orchestrator, by IP address; give it again for others, tried in turn')
        .argParser(collect)
        .default([] as string[], 'those of the configuration'),
    )
    .option('--token-file <file>', 'file that holds your token (or set BREAKWATER_TOKEN)')
    .option('--config <file>', 'configuration (default: ~/.config/breakwater/config.yaml)')
    .option(
      '--json',
      'one JSON document on standard output; one line each where something is followed',
      false,
    )
    .option('-y, --yes', 'do not ask before something that changes hosts', false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .showHelpAfterError('(add --help for what it takes)')
    .allowExcessArguments(false)
    .exitOverride();
}
export type Root = ReturnType<typeof createRoot>;

/** What a command has at hand. */
export interface Context {
  api: Api;
  output: Output;
  around: Surroundings;
  /** Makes what was answered safe to show. */
  readonly shown: <T>(value: T) => T;
  readonly confirm: (about: string) => Promise<void>;
}

/** What a command does; without a code of its own it ends with 0. */
export type Action = (context: Context) => Promise<ExitCode | void>;
export type Run = (action: Action) => Promise<void>;

/** Runs the action of a command, and tells how it ended: the one place where failures become text and codes. */
export function runner(root: Root, around: Surroundings, ended: (code: number) => void): Run {
  return async (action) => {
    const { api: addresses, tokenFile, config, json, yes } = root.opts();
    const output = createOutput(around, json);
    try {
      const api = createApi(readSettings({ api: addresses, tokenFile, config, env: around.env }));
      const context: Context = {
        api,
        output,
        around,
        shown: (value) => shown(output, value),
        confirm: (about) => confirm(around, yes, about),
      };
      ended((await action(context)) ?? EXIT.done);
    } catch (error) {
      ended(tellFailure(error, output, around));
    }
  };
}

function tellFailure(error: unknown, output: Output, { signal }: Surroundings): ExitCode {
  if (!(error instanceof Failure)) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  }
  output.data(failureData(error), 'line');
  for (const line of failureLines(error)) output.note(line);
  return error.exit;
}
