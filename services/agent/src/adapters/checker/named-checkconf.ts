import { fail, inconclusive, pass, type Verdict } from '@breakwater/shared';
import { findForbidden, type ForbiddenDirective } from './forbidden.ts';
import type { Checker } from './interface.ts';
import { openSandbox, type Outcome } from './sandbox.ts';
import { parseZoneList } from './zone-list.ts';

const MAX_LINES = 10;
const MAX_LENGTH = 1000;

/**
 * BIND's own checker. `root` is the live path of the managed root, `config` the daemon's configuration below it,
 * and `stateDir` where the daemon works.
 *
 * `-c` keeps it from loading plugins, whose code it would otherwise run; `-z` makes it load every zone file.
 */
export async function namedChecker(options: {
  root: string;
  config: string;
  stateDir: string;
}): Promise<Checker> {
  const { root, config, stateDir } = options;
  const sandbox = await openSandbox(root, stateDir);
  const shown = (output: string, tree: string): string => firstLines(output.replaceAll(tree, root));

  return {
    async zones(tree) {
      const { outcome } = await sandbox.run(['named-checkconf', '-c', '-l'], tree, config);
      if (outcome.kind === 'exited' && outcome.code === 0) return parseZoneList(outcome.output);
      throw new Error(`named-checkconf cannot list the zones: ${shown(inWords(outcome), tree)}`);
    },

    async check(tree): Promise<Verdict> {
      const found = await findForbidden(tree, [root, stateDir]);
      if (found) return refused(found, root);
      const { outcome, atLivePath } = await sandbox.run(['named-checkconf', '-c', '-z'], tree, config);
      switch (outcome.kind) {
        case 'timeout':
          return inconclusive('checker_timeout', inWords(outcome));
        case 'broken':
          return inconclusive(
            'checker_unavailable',
            `named-checkconf did not run: ${shown(inWords(outcome), tree)}`,
          );
        case 'exited':
          if (outcome.code !== 0) return fail('checker_refused', shown(inWords(outcome), tree));
          return atLivePath
            ? pass('checked_at_live_path', 'named-checkconf accepts the tree at its live path')
            : pass(
                'checked_at_staged_path',
                'named-checkconf accepts the tree where it is staged; absolute paths in it were looked up in the live tree, ' +
                  'since this host allows no mount namespace or has no live tree',
              );
        default:
          return outcome satisfies never;
      }
    },
  };
}

function refused({ path, line, directive, why }: ForbiddenDirective, root: string): Verdict {
  const place = `${root}/${path}:${line}: "${directive}"`;
  return why === 'code'
    ? fail('directive_forbidden', `${place} loads code into the daemon, which no bundle may`)
    : fail('path_outside', `${place} names a path outside the managed root and the daemon's state directory`);
}

function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'timeout':
      return 'named-checkconf took longer than 30 seconds and was killed';
    case 'broken':
      return outcome.cause;
    case 'exited':
      return (
        complaints(outcome.output) || `named-checkconf exited with status ${outcome.code} and said nothing`
      );
    default:
      return outcome satisfies never;
  }
}

/** Zones that load well are listed too, and would hide the one that does not. */
function complaints(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.filter((line) => !/^zone \S+: loaded serial \d+/.test(line)).join('\n');
}

/** Without control characters: this goes into logs and pages. */
function firstLines(output: string): string {
  const lines = output.split('\n').map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim());
  const text = lines.slice(0, MAX_LINES).join('\n');
  const more = lines.length > MAX_LINES ? `\n… and ${lines.length - MAX_LINES} more lines` : '';
  return `${text.slice(0, MAX_LENGTH)}${more}`;
}
