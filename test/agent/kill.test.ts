import { afterEach, expect, test } from 'vitest';
import { ACTS } from '../../services/agent/src/testing/acts.ts';
import { KillableHost } from './killable-host.ts';

// A boot id of one's own needs a private mount namespace; elsewhere these are skipped, and say so.
const isRoot = process.getuid?.() === 0;
let host: KillableHost;
afterEach(() => host?.remove());

test.runIf(isRoot)(
  'an agent that is killed after every act of a change ends it',
  async () => {
    host = await KillableHost.start();
    const seen: string[] = [];
    // A daemon that starts while its agent is dead starts on what was confirmed: rightly so, and then once more.
    for (let left = 5; left > 0 && host.kept === 'old'; left -= 1) {
      await host.begin();
      await host.killEach('confirm', () => host.hasEnded());
      seen.push(...(await host.acts()));
      await host.rest();
      const { answers, kept } = await host.answers();
      expect(answers).toBe(kept);
    }
    expect(host.kept).toBe(host.version);
    // Clean-up follows the last entry (`kill-machine.test.ts` has it), and a reload is another kind of change.
    const missing = [...ACTS].filter((act) => !seen.some((step) => step.startsWith(act)));
    expect(missing).toEqual(['generations.prune', 'supervisor.reload']);
  },
  240_000,
);

test.runIf(isRoot)(
  'an agent that is killed after every act of a change that is called back ends it as it was',
  async () => {
    host = await KillableHost.start();
    await host.begin();
    await host.killEach('revert', () => host.hasEnded());
    const seen = await host.acts();
    await host.rest('revert');
    expect(await host.answers()).toEqual({ answers: 'old', kept: 'old' });
    expect(seen).toContain('journal.append reverting');
    expect(seen).toContain('journal.append reverted');
  },
  120_000,
);
