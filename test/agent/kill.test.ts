import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTS } from '../../services/agent/src/testing/acts.ts';
import { KillableHost } from './killable-host.ts';

// A boot id of one's own needs a private mount namespace; elsewhere these are skipped, and say so.
const isRoot = process.getuid?.() === 0;
let host: KillableHost;
/** The version that must answer when nothing is under way. */
let kept = 'old';

beforeAll(async () => {
  if (isRoot) host = await KillableHost.start();
});
afterAll(async () => {
  if (isRoot) await host.remove();
});

/** Old and healthy or new and confirmed, and the host itself says which. */
async function expectAtRest(last: 'confirm' | 'revert', version: string): Promise<void> {
  host.host.status = null;
  const killed = await host.runAgent(null, async () => {
    host.lead(last);
    const { status } = host.host;
    return (
      (await host.hasEnded()) &&
      status?.health.verdict === 'pass' &&
      status.generation === status.lastKnownGood
    );
  });
  expect(killed).toBe(false);
  if ((await host.host.entries()).at(-1) === 'confirmed') kept = version;
  expect(await host.host.version()).toBe(kept);
}

/**
 * One change, in which every agent is killed after its first act. What is on disk then is what is there before the
 * next act, so that this is a kill before each of them as well.
 */
async function killedAtEveryAct(last: 'confirm' | 'revert'): Promise<{ version: string; seen: string[] }> {
  const version = await host.begin();
  let [nth, before] = [1, ''];
  while (!(await host.hasEnded())) {
    await host.runAgent(`${nth} after`, async () => {
      host.lead(last);
      return host.hasEnded();
    });
    // An act that is done again by the next agent, as nothing was written down yet, must not keep it from the rest.
    const act = (await host.acts()).at(-1) ?? '';
    nth = act === before ? nth + 1 : 1;
    before = act;
  }
  return { version, seen: await host.acts() };
}

test.runIf(isRoot)(
  'an agent that is killed after every act of a change ends it',
  async () => {
    const { version, seen } = await killedAtEveryAct('confirm');
    await expectAtRest('confirm', version);
    expect(kept).toBe(version);
    // Clean-up follows the last entry, and a reload is another kind of change.
    const missing = [...ACTS].filter((act) => !seen.some((step) => step.startsWith(act)));
    expect(missing).toEqual(['generations.prune', 'supervisor.reload']);
  },
  240_000,
);

test.runIf(isRoot)(
  'and when the change is called back, it is as it was',
  async () => {
    const before = kept;
    const { version, seen } = await killedAtEveryAct('revert');
    await expectAtRest('revert', version);
    expect(kept).toBe(before);
    expect(seen).toContain('journal.append reverting');
  },
  240_000,
);

test.runIf(isRoot)(
  'a machine that starts again after any act of a change serves what was confirmed, and ends the change',
  async () => {
    let last: string | undefined;
    for (let act = 1; last !== 'journal.append confirmed'; act += 1) {
      const version = await host.begin();
      const going = async (): Promise<boolean> => {
        host.lead('confirm');
        return host.hasEnded();
      };
      expect(await host.runAgent(`${act} after`, going)).toBe(true);
      last = (await host.acts()).at(-1);
      await host.reboot();
      if (last === 'journal.append confirmed') kept = version;
      expect({ act, last, answers: await host.host.version() }).toEqual({ act, last, answers: kept });
      // Once more on the way back, or in what is left of the change.
      if (!(await host.hasEnded())) {
        await host.runAgent(`${1 + (act % 4)} after`, going);
        await host.reboot();
        if ((await host.host.entries()).at(-1) === 'confirmed') kept = version;
        expect({ act, last, answers: await host.host.version() }).toEqual({ act, last, answers: kept });
      }
      await expectAtRest('confirm', version);
    }
  },
  240_000,
);
