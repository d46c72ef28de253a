#!/usr/bin/env node
/** `breakwater`: the command line of the orchestrators. See `--help` and docs/cli.md. */
import { systemClock } from '@breakwater/shared';
import { CommanderError } from '@commander-js/extra-typings';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());

// A reader that has seen enough (`| head`) ends the program, without a word.
process.stdout.on('error', () => process.exit(EXIT.done));

const program = createProgram(
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    env: process.env,
    signal: interrupt.signal,
  },
  (code) => {
    process.exitCode = code;
  },
);
try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong by now; asking for help is no mistake.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
