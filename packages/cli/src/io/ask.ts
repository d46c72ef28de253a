import { createInterface } from 'node:readline/promises';
import { EXIT } from '../exit-codes.ts';
import { badUsage, Failure } from '../failures.ts';
import type { Surroundings } from './output.ts';

/**
 * Asks before something that widens. What it would do has been shown by now.
 * @param about what would happen, such as "Change 6 hosts in 5 waves".
 * @throws Failure where nobody can be asked, or somebody has said no.
 */
export async function confirm(around: Surroundings, yes: boolean, about: string): Promise<void> {
  if (yes) return;
  const { stdin, stderr, signal } = around;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw badUsage(
      `nothing was done, since there is no terminal to ask on: ${about}?`,
      'Once you are sure, add --yes.',
    );
  }
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    // A closed terminal is no yes either.
    const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
    const answer = await Promise.race([prompt.question(`${about}? Type yes to go on: `, { signal }), closed]);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  throw new Failure(EXIT.declined, 'nothing was done');
}
