import { readFileSync } from 'node:fs';
import { systemClock } from '@breakwater/shared';
import { expect, test } from 'vitest';
import { EXIT } from '../../packages/cli/src/exit-codes.ts';
import { createProgram } from '../../packages/cli/src/program.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

interface Described {
  name(): string;
  readonly commands: readonly Described[];
}

/** The commands that do something, by their words: `line stop`. */
function commandsOf(command: Described, above = ''): string[] {
  return command.commands.flatMap((one) => {
    const words = `${above} ${one.name()}`.trim();
    return one.commands.length > 0 ? commandsOf(one, words) : [words];
  });
}

const { stdin, stdout, stderr } = process;
const around = { stdin, stdout, stderr, clock: systemClock, env: {}, signal: new AbortController().signal };
const program = createProgram(around, () => undefined);

test('every command of the command line is in its documentation, and nothing else is', () => {
  const [, section = ''] = page.split('## Commands');
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z]+(?: (?:show|stop|start|test))?)/gm);
  expect([...rows].map(([, words]) => words)).toEqual(commandsOf(program));
});

test('every exit code is in its documentation', () => {
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});
