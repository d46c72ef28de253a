import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTS } from '../../services/agent/src/testing/acts.ts';
import { KillableHost } from './killable-host.ts';

// A boot id of one's own needs a private mount namespace; elsewhere this is skipped, and says so.
const isRoot = process.getuid?.() === 0;
let host: KillableHost;
beforeAll(async () => {
  if (isRoot) host = await KillableHost.start();
});
afterAll(() => host?.remove());

/** The machine has started again after an act: what was confirmed answers, before any agent runs. */
async function expectKept(act: string): Promise<void> {
  await host.reboot();
  const { answers, kept } = await host.answers();
  expect(`after ${act}: ${answers}`).toBe(`after ${act}: ${kept}`);
}

/** An agent that is left alone ends the change. */
async function expectEnded(): Promise<void> {
  await host.rest();
  const { answers, kept } = await host.answers();
  expect(answers).toBe(kept);
}

test.runIf(isRoot)(
  'a machine that starts again after any act of a change serves what was confirmed, and ends the change',
  async () => {
    const done = new Set<string>();
    // Up to the switch one change is enough: the next agent goes on with it. The first contact comes before it.
    await host.begin();
    const isAnnounced = async (): Promise<boolean> => done.has('journal.append applying');
    await host.killEach('confirm', isAnnounced, async (act) => {
      done.add(act);
      await expectKept(act);
    });
    await expectEnded();
    // From there on the next agent goes back, so that each act takes a change; clean-up is the last, after its end.
    let nth = [...done].filter((act) => !/adopt/.test(act)).length + 1;
    let seen: string[] = [];
    for (; !done.has('generations.prune'); nth += 1) {
      await host.begin();
      expect(await host.runAgent(nth)).toBe(true);
      seen = await host.acts();
      const act = seen.at(-1) ?? '';
      done.add(act);
      await expectKept(act);
      // Once more, on the way back.
      if (!(await host.hasEnded())) {
        await host.runAgent(1 + (nth % 4), 'confirm', () => host.hasEnded());
        await expectKept(`${act}, and then ${(await host.acts()).at(-1)}`);
      }
      await expectEnded();
    }
    // Nothing was left out: the last change was seen whole, and a reload is another kind of change.
    expect(seen.filter((act) => !done.has(act))).toEqual([]);
    expect([...ACTS].filter((act) => ![...done].some((step) => step.startsWith(act)))).toEqual([
      'supervisor.reload',
    ]);
  },
  240_000,
);
