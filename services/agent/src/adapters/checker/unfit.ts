import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail, type Verdict } from '@breakwater/shared';
import { hasCode } from '../durable.ts';
import { directoryOf } from './canonical.ts';
import { portConflictIn } from './port-conflicts.ts';
import { all, bodyOf, find, type Statement, wordsOf } from './statements.ts';

/** A folder that named must find when it starts, and what names it. */
interface Needed {
  keyword: string;
  /** As written. */
  value: string;
  folder: string;
}

/**
 * Looks in the canonical form of a configuration for what named's checker accepts and named itself does not live with,
 * as far as it can be told without starting it.
 * @param cwd where the daemon is started
 * @param placeOf tells where in the tree a keyword with a value stands, as a path
 */
export async function unfit(
  statements: readonly Statement[],
  cwd: string,
  placeOf: (found: Pick<Needed, 'keyword' | 'value'>) => Promise<string>,
): Promise<Verdict | null> {
  const conflict = portConflictIn(statements);
  if (conflict !== null)
    return fail(
      'port_conflict',
      `Two listeners share an address and port, so that a part of all TCP connections reaches the wrong one: "${conflict[0]}" and "${conflict[1]}"; give one of them another port`,
    );
  for (const needed of foldersOf(statements, cwd)) {
    if (await isThere(needed.folder)) continue;
    const { keyword, value, folder } = needed;
    return fail(
      'folder_missing',
      `${await placeOf(needed)}: "${keyword} ${value}" needs the folder ${folder}, which is not on this host, and the daemon would not start; make the folder, or name another one`,
    );
  }
  return null;
}

/** Those without which named 9.18 ends at its start. It makes the folder of a PID or lock file by itself. */
function foldersOf(statements: readonly Statement[], cwd: string): Needed[] {
  const directory = directoryOf(statements, cwd);
  const channels = all(statements, 'logging').flatMap((each) => all(bodyOf(each), 'channel'));
  const files = channels.flatMap((channel) => all(bodyOf(channel), 'file'));
  const blocks = [find(statements, 'options'), ...all(statements, 'view')].map((each) => bodyOf(each));
  const folders = blocks.flatMap((block) =>
    ['managed-keys-directory', 'new-zones-directory'].flatMap((keyword) => all(block, keyword)),
  );
  const needed = (statement: Statement, folderOf: (path: string) => string): Needed => {
    const [keyword = '', value = ''] = wordsOf(statement);
    return { keyword, value, folder: folderOf(resolve(directory, value)) };
  };
  return [
    ...files.map((each) => needed(each, dirname)),
    ...folders.map((each) => needed(each, (path) => path)),
  ];
}

/** What the agent may not look at may well be there. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    return !hasCode(error, 'ENOENT') && !hasCode(error, 'ENOTDIR');
  }
}
