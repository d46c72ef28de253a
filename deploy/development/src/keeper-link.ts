import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StartError } from './errors.ts';
import type { Answer, Ask } from './keeper-protocol.ts';

/** The starter's end of the channel to its keeper. */
export interface Keeper {
  readonly runDir: string;
  /** @returns `null` when this machine lets nobody add addresses. */
  claimAddresses(count: number, range: string | null): Promise<string[] | null>;
  start(services: string[]): Promise<void>;
  /** Has everything ended, and waits for it. A second call waits for the same end. */
  release(): Promise<void>;
}

async function nextAnswer(child: ChildProcess, ended: Promise<unknown>): Promise<Answer> {
  const message = once(child, 'message') as Promise<[Answer]>;
  const gone = ended.then((): never => {
    throw new StartError('the keeper ended before its time; what it started has been ended too, if it could');
  });
  const [answer] = await Promise.race([message, gone]);
  if (answer.answer === 'refused') throw new StartError(answer.why);
  return answer;
}

/**
 * Starts a keeper, which makes the folder for everything.
 * @param runDir an empty or absent folder, which is kept at the end; by default a temporary one.
 */
export async function forkKeeper(runDir: string | undefined): Promise<Keeper> {
  const child = fork(
    fileURLToPath(new URL('keeper.ts', import.meta.url)),
    runDir === undefined ? [] : [runDir],
    {
      detached: true,
      // Standard output is for the line of JSON; and a reader of it must not wait for the keeper to close it.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    },
  );
  const ended = once(child, 'exit');
  const ask = async (question: Ask): Promise<Answer> => {
    const answer = nextAnswer(child, ended);
    child.send(question);
    return await answer;
  };
  const ready = await nextAnswer(child, ended);
  if (ready.answer !== 'ready') throw new Error(`the keeper began with "${ready.answer}"`);
  return {
    runDir: ready.runDir,
    claimAddresses: async (count, range) => {
      const answer = await ask({ ask: 'addresses', count, range });
      return answer.answer === 'addresses' ? answer.addresses : null;
    },
    start: async (services) => {
      await ask({ ask: 'start', services });
    },
    release: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
