import { execa } from 'execa';
import { expect, test } from 'vitest';
import { breakwater } from './command-line.ts';

/** What bash would offer after these words. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await breakwater('', 'completion', 'bash');
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const { stdout } = await execa('bash', [
    '-c',
    `${script}\nCOMP_WORDS=(${quoted})\nCOMP_CWORD=${words.length - 1}\n_breakwater\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
  ]);
  return stdout.split('\n');
}

test('bash takes the script, and completes commands and flags', async () => {
  expect(await offered('breakwater', 'st')).toEqual(['status']);
  expect(await offered('breakwater', 'line', 'st')).toEqual(['stop', 'start']);
  expect(await offered('breakwater', '--json', 'submit', '--ti')).toEqual(
    ['--title', '--ticket'].filter((flag) => flag.startsWith('--ti')),
  );
  expect(await offered('breakwater', 'watch', '--ti')).toEqual(['']);
  expect(await offered('breakwater', 'hosts', '--ap')).toEqual(['--api']);
});

test('the scripts of the other shells name every command', async () => {
  const { stdout: fish } = await breakwater('', 'completion', 'fish');
  const { stdout: zsh } = await breakwater('', 'completion', 'zsh');
  for (const command of ['status', 'submit', 'rollback', 'timeline', 'completion']) {
    expect(fish).toContain(command);
    expect(zsh).toContain(command);
  }
  expect((await breakwater('', 'completion', 'sh')).code).toBe(6);
});
