import { describe, expect, test } from 'vitest';
import { RECONNECT_GRACE_MS } from './context.ts';
import { CAUSES } from './cause.ts';
import { HALTING_RULE, STAGES, stageOf } from './halting-rule.ts';
import type { Drive } from './testing/drive.ts';
import { SCENES } from './testing/moments.ts';

const SCENE_OF_EACH = CAUSES.flatMap((cause) =>
  Object.entries(SCENES[cause].moments).map(([name, { stage, reach }]) => {
    const effect = HALTING_RULE[cause][stage];
    return { cause, name, stage, reach, effect };
  }),
);
const thatMay = (...effects: readonly string[]) =>
  SCENE_OF_EACH.filter(({ effect }) => effects.includes(effect));

function expectHalted(run: Drive, cause: keyof typeof SCENES): void {
  const { code, host } = SCENES[cause];
  const where = host(run);
  expect(run.rollout).toMatchObject({
    state: 'halted',
    verdict: { code, ...(where !== null && { host: where }) },
  });
  // The page is in the same write as the halt, and nothing is taken any more, however long nobody decides.
  const halts = run.events.filter((event) => event.type === 'rollout.state' && event.to === 'halted');
  const pages = run.events.filter((event) => event.type === 'page.queued' && event.page.code === code);
  expect(pages.length).toBeGreaterThanOrEqual(halts.length > 0 ? 1 : 0);
  expect(run.rollout.haltedAt).toBe(run.rollout.since);
  expect(run.inState('staging', 'applying', 'verifying', 'soaking')).toEqual([]);
  const kept = run.inState('confirmed');
  run.wait(60_000);
  expect(run.inState('applying')).toEqual([]);
  expect(kept).toEqual(expect.arrayContaining(run.inState('confirmed')));
}

test('every cell of the table is shown by a scene, or cannot be', () => {
  const shown = new Set(SCENE_OF_EACH.map(({ cause, stage }) => `${cause} ${stage}`));
  const cells = CAUSES.flatMap((cause) => STAGES.map((stage) => ({ cause, stage })));
  const possible = cells.filter(({ cause, stage }) => HALTING_RULE[cause][stage] !== 'cannot');
  expect(possible.map(({ cause, stage }) => `${cause} ${stage}`).filter((cell) => !shown.has(cell))).toEqual(
    [],
  );
  expect(thatMay('cannot')).toEqual([]);
});

test.each(SCENE_OF_EACH)('$cause $name: the moment is what the table takes it for', ({ stage, reach }) => {
  const run = reach({});
  expect(stageOf(run.rollout, run.context)).toBe(stage);
});

describe('what halts at once', () => {
  test.each(thatMay('halts'))('$cause $name', ({ cause, reach }) => {
    const run = reach({ failureThreshold: 5 });
    SCENES[cause].act(run);
    expectHalted(run, cause);
  });
});

describe('what counts against the wave', () => {
  test.each(thatMay('counts'))('$cause $name halts where no failure is tolerated', ({ cause, reach }) => {
    const run = reach({});
    SCENES[cause].act(run);
    expectHalted(run, cause);
  });

  test.each(thatMay('counts'))('$cause $name is a failure where one is tolerated', ({ cause, reach }) => {
    const run = reach({ failureThreshold: 1 });
    const { state } = run.rollout;
    SCENES[cause].act(run);
    expect(run.rollout.state).toBe(state);
    expect(run.row(SCENES[cause].host(run) ?? '').failure).toMatchObject({ code: SCENES[cause].code });
  });
});

describe('what waits', () => {
  test.each(thatMay('waits'))('$cause $name halts nothing yet', ({ cause, stage, reach }) => {
    const run = reach({});
    const { state } = run.rollout;
    SCENES[cause].act(run);
    expect(run.rollout.state).toBe(state);
    if (stage !== 'restarted') return;
    // The decision looks again by itself when the moment is over.
    expect(run.nextLookAt).toBeLessThanOrEqual(run.listeningSince + RECONNECT_GRACE_MS);
    run.look(RECONNECT_GRACE_MS);
    expectHalted(run, cause);
  });
});

describe('what happens when all is stopped already', () => {
  test.each(thatMay('noted'))('$cause $name is noted with the host', ({ cause, reach }) => {
    const run = reach({});
    const { state, verdict } = run.rollout;
    SCENES[cause].act(run);
    expect(run.rollout).toMatchObject({ state, verdict });
    expect(run.row(SCENES[cause].host(run) ?? '').failure).not.toBeNull();
    expect(run.inState('applying')).toEqual([]);
  });

  test.each(thatMay('ignored'))('$cause $name is nobody’s concern', ({ cause, reach }) => {
    const run = reach({});
    SCENES[cause].act(run);
    expect(['halted', 'rollingBack', 'aborted']).toContain(run.rollout.state);
    expect(run.rollout.verdict.code).not.toBe('progress_deadline');
    expect(Object.values(run.rollout.hosts).map((row) => row.failure?.code)).not.toContain(
      SCENES[cause].code === 'wrong_answer' ? '' : SCENES[cause].code,
    );
  });
});
