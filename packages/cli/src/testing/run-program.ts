import { PassThrough } from 'node:stream';
import { systemClock } from '@breakwater/shared';
import { createProgram } from '../program.ts';

/** Runs the command line in this process, without a terminal, against one address. */
export async function runProgram(address: string, ...args: string[]) {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof texts): NodeJS.WriteStream => {
    const through = new PassThrough();
    through.on('data', (part: Buffer) => (texts[name] += part.toString()));
    return through as unknown as NodeJS.WriteStream;
  };
  let code: number | undefined;
  const program = createProgram(
    {
      stdin: new PassThrough() as unknown as NodeJS.ReadStream,
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      clock: systemClock,
      env: { BREAKWATER_TOKEN: 'token', XDG_CONFIG_HOME: '/nonexistent' },
      signal: new AbortController().signal,
    },
    (ended) => {
      code = ended;
    },
  );
  await program.parseAsync(['--api', address, ...args], { from: 'user' });
  return { code, ...texts };
}
