// Parts of an agent in a process of their own, which a test starts as another user: `node unprivileged-agent.ts
// CONFIG ACT…` does one act after another, and prints what became of each as one line of JSON.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, systemClock } from '@breakwater/shared';
import { readBootId } from '../../services/agent/src/adapters/boot/boot-id.ts';
import { openGenerations } from '../../services/agent/src/adapters/generations/file-generations.ts';
import { socketHelper } from '../../services/agent/src/adapters/helper/socket-helper.ts';
import { openJournal } from '../../services/agent/src/adapters/journal/file-journal.ts';
import { throughHelper } from '../../services/agent/src/adapters/supervisor/through-helper.ts';
import { parseConfig } from '../../services/agent/src/config.ts';
import { sameProcess } from '../../services/agent/src/core/daemon.ts';
import type { JournalEntry } from '../../services/agent/src/core/journal-entry.ts';
import { until } from './named-service.ts';

const [path = '', ...acts] = process.argv.slice(2);
const config = parseConfig(await readFile(path, 'utf8'));
const helper = socketHelper(config.helper ?? '');
const supervisor = throughHelper(helper);

async function record(entry: string): Promise<void> {
  const options = { clock: systemClock, boot: await readBootId() };
  const journal = await openJournal(join(config.storeDir, 'journal'), options);
  await journal.append(JSON.parse(entry) as JournalEntry);
  await journal.close();
}

async function restart(): Promise<void> {
  const { process: old } = await supervisor.observe();
  await supervisor.restart();
  await until('another process runs', async () => {
    const { process: now } = await supervisor.observe();
    return now !== null && !sameProcess(old, now);
  });
}

/** What the daemon says of the reload, as soon as it has said it. */
async function reloaded(): Promise<unknown> {
  let verdict = await supervisor.reloaded();
  await until('the daemon has said how the reload went', async () => {
    verdict = await supervisor.reloaded();
    return verdict.verdict !== 'pending';
  });
  return verdict;
}

async function perform(act: string): Promise<unknown> {
  const [verb = ''] = act.split(' ');
  const argument = act.slice(verb.length + 1);
  switch (verb) {
    case 'record':
      return record(argument);
    case 'switch':
      return (await openGenerations({ ...config, helper })).switchTo(argument as Digest);
    case 'switch-alone':
      return (await openGenerations({ root: config.root, storeDir: config.storeDir })).switchTo(
        argument as Digest,
      );
    case 'adopt':
      return (await openGenerations({ ...config, helper })).adopt();
    case 'observe':
      return supervisor.observe();
    case 'last-words':
      return supervisor.lastWords();
    case 'restart':
      return restart();
    case 'reload':
      return supervisor.reload(config.root);
    case 'reloaded':
      return reloaded();
    case 'kill':
      return process.kill(Number(argument), 'SIGTERM');
    default:
      throw new Error(`unknown act ${act}`);
  }
}

for (const act of acts) {
  try {
    console.log(JSON.stringify({ done: (await perform(act)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}
