import { expect, test } from 'vitest';
import { HELP, readArguments, UsageError } from './arguments.ts';

test.each([
  [['what'], 'unknown command "what"'],
  [['revert', 'now'], '"now" is one word too many'],
  [['status', '--reason', 'x'], 'takes no --reason'],
  [['adopt'], 'adopt needs --reason'],
  [['adopt', '--reason', ' \n '], 'adopt needs --reason'],
  [['restart', '--froce'], '--froce'],
  [['restart', '--reason', 'x'.repeat(501)], 'at most 500 characters'],
  [['--json'], 'unknown command ""'],
])('%j is wrong usage', (args, words) => {
  expect(() => readArguments(args)).toThrow(UsageError);
  expect(() => readArguments(args)).toThrow(words);
});

test('a reason cannot forge lines in a journal or a log', () => {
  expect(readArguments(['revert', '--reason', 'a\nb\u001b[31m'])).toMatchObject({ reason: 'a b [31m' });
});

test('every verb stands in the help, and so do the exit codes', () => {
  for (const verb of ['status', 'verify', 'revert', 'restart', 'repair', 'adopt', 'guard']) {
    expect(HELP).toContain(`breakwater-agent ${verb} `);
  }
  expect(HELP).toMatch(/0 good; 1 not good.*2 wrong usage; 3 refused/);
  expect(readArguments(['revert', '--help'])).toBe('help');
});
