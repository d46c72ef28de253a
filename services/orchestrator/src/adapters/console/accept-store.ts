import { parseArgs } from 'node:util';
import { isoTime, OperatorName } from '@breakwater/shared';
import type { Act } from '../../core/act.ts';
import type { AcceptStoreOrder, Finding } from './interface.ts';

export const USAGE = `usage: breakwater-orchestrator accept-store --config FILE --by NAME --reason TEXT [--yes] [--witness FILE]...

Shows what the store has lost, by the witness file of this orchestrator and those that --witness names: name those of the
others too, each may have seen something else. With --yes it takes the store as it is: every live rollout is paused, and
the log goes on beyond all that was seen. --config is the orchestrator's own configuration file; without it,
BREAKWATER_ORCHESTRATOR_CONFIG names it.
Exit: 0 accepted; 1 nothing to accept, or it failed; 2 wrong arguments; 3 shown only, since --yes was not given.
`;

/** Reads the arguments after `accept-store`. @throws Error with what is wrong with them. */
export function acceptStoreOrder(args: readonly string[]): AcceptStoreOrder {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      by: { type: 'string' },
      reason: { type: 'string' },
      yes: { type: 'boolean', default: false },
      witness: { type: 'string', multiple: true, default: [] },
    },
  });
  const by = OperatorName.safeParse(values.by);
  if (!by.success) throw new Error('--by must name who accepts it, as an operator is named');
  if (!values.reason) throw new Error('--reason must say why the store is taken as it is');
  const { reason, yes, witness: witnesses, config = null } = values;
  return { by: by.data, reason, yes, witnesses, config };
}

/** What was found, for the person who has to decide. */
export function findingText({ head, seen, doubts, lost }: Finding): string {
  if (doubts.length === 0) {
    return `There is nothing to accept: the store goes as far as these witnesses have seen (event ${head.seq}).
If an orchestrator still is in safe mode, name its witness file too: --witness FILE
`;
  }
  const why = doubts.map(({ code, reason }) => `  ${code}: ${reason}\n`).join('');
  const what = lost.length === 0 ? '  none that these witnesses know of\n' : lost.map(actText).join('');
  return `The store is not to be believed:
${why}It ends with event ${head.seq}; event ${seen} has been seen.
What people did and were told that it holds, and the store does not have:
${what}`;
}

function actText({ seq, at, type, by, reason, rollout, verb, host, asked }: Act): string {
  const what = [verb ?? type, rollout, host].filter((word) => word !== undefined).join(' ');
  const detail = asked ? `    asked for: ${JSON.stringify(asked)}\n` : '';
  return `  ${isoTime(at)} event ${seq}: ${what}, by ${by}: ${JSON.stringify(reason)}\n${detail}`;
}
