import { appendFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { compose } from '../../services/agent/src/compose.ts';
import { loadConfig } from '../../services/agent/src/config.ts';
import type { Outside } from '../../services/agent/src/runtime/outside.ts';
import { isAct } from '../../services/agent/src/testing/acts.ts';
import { within } from '../../services/agent/src/testing/lifetime.ts';
import { silentLog } from '../../services/agent/src/testing/silent-log.ts';

// The real agent, which kills itself after its n-th act (KILL_AFTER). ACTS is a file to which every act is written
// before it is begun.

const acts = process.env['ACTS'] ?? '/dev/null';
let left = Number(process.env['KILL_AFTER']) || Number.POSITIVE_INFINITY;

function killable(outside: Outside): Outside {
  const watched = <T extends object>(name: string, adapter: T): T =>
    within({ dead: false }, name, adapter, (call) => {
      if (!isAct(call.step)) return;
      if (call.when === 'before') appendFileSync(acts, `${call.step}\n`);
      else left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    });
  return {
    ...outside,
    journal: watched('journal', outside.journal),
    generations: watched('generations', outside.generations),
    supervisor: watched('supervisor', outside.supervisor),
  };
}

// A process that is killed would not keep what it has compiled.
flushCompileCache();
const run = await compose(await loadConfig(process.env), silentLog, killable);
await run(new AbortController().signal);
