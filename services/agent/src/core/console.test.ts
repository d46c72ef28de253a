import { fail } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { callOffFor, planRevert, refuseAdopt, refuseRepair, refuseRestart } from './console.ts';
import { driftOf, generationToRun, judgeDrift } from './drift.ts';
import { type Change, isLegal, isPending, type Memory, remember } from './memory.ts';
import { assignment, digest } from './testing/examples.ts';
import { PHASES, type Phase } from './transitions.ts';

const [OLD, NEW, OTHER] = [digest('a'), assignment(1, 'apply').bundle, digest('c')];
const PROCESS = { pid: 1, startedAt: 2 };

function memoryIn(phase: Phase): Memory {
  const moment = { at: 0, boot: 'b' };
  const swap = ['accepted', 'ready'].includes(phase) ? null : { previous: OLD, baseline: [], ...moment };
  const change: Change = {
    assignment: assignment(1, 'apply'),
    phase,
    since: moment,
    swap,
    restart: null,
    process: PROCESS,
    cause: null,
    unhealthy: null,
  };
  const confirmed = phase === 'confirmed' ? [OLD, NEW] : [OLD];
  return { highestEpoch: 1, confirmed, lastKnownGood: confirmed.at(-1)!, change };
}

const sceneIn = (phase: Phase, live = NEW) => ({ memory: memoryIn(phase), live, process: PROCESS, now: 5 });

/** Memory after the entries of a plan, each of which must be legal. */
function after(memory: Memory, plan: ReturnType<typeof planRevert>): Memory {
  return plan.entries.reduce((known, entry, index) => {
    expect(isLegal(known, entry)).toBe(true);
    return remember(known, { ...entry, seq: index + 1, at: 1, boot: 'b' });
  }, memory);
}

describe.each(PHASES)('in %s', (phase) => {
  test('a revert is legal, ends the attempt or says why not, and never leaves the change as it was', () => {
    const scene = sceneIn(phase);
    const plan = planRevert(scene, 'a test');
    const change = after(scene.memory, plan).change!;
    const undone = ['rejected', 'failed', 'reverting', 'reverted'].includes(change.phase);
    expect(undone).toBe(true);
    expect(plan.outcome.result === 'started').toBe(isPending(change));
  });

  test('nobody restarts a daemon that is being watched, nor adopts what may be on its way back', () => {
    const scene = sceneIn(phase);
    const pending = isPending(scene.memory.change!);
    if (pending) expect(refuseRestart(scene, null)).toContain('breakwater-agent revert');
    else expect(refuseRestart(scene, null)).toBeNull();
    expect(refuseAdopt(scene) === null).toBe(!pending || phase === 'revertFailed');
    expect(refuseRepair(scene) === null).toBe(!pending || phase === 'reverting' || phase === 'revertFailed');
  });
});

test('a change that was only staged ends when somebody adopts what is there: it was proved against another tree', () => {
  expect(callOffFor(sceneIn('ready'), 'x')).toMatchObject([{ type: 'rejected' }]);
  expect(callOffFor(sceneIn('confirmed'), 'x')).toEqual([]);
});

test('a change whose link was never switched is called off, and the daemon is left alone', () => {
  expect(planRevert(sceneIn('applying', OLD), 'x').entries).toMatchObject([{ type: 'rejected' }]);
  expect(planRevert(sceneIn('applying', NEW), 'x').entries).toMatchObject([{ type: 'failed' }]);
});

test('a kept change that is taken back is told as a failure first, and is no way back any more', () => {
  const scene = sceneIn('confirmed');
  const plan = planRevert(scene, 'x');
  expect(plan.entries.map(({ type }) => type)).toEqual(['unhealthy', 'reverting']);
  expect(after(scene.memory, plan)).toMatchObject({ confirmed: [OLD], lastKnownGood: OLD });
});

test('trying again after a failed way back keeps the first cause in its words', () => {
  const scene = sceneIn('revertFailed');
  const change = { ...scene.memory.change!, cause: fail('no_answer', 'It was silent.') };
  const plan = planRevert({ ...scene, memory: { ...scene.memory, change } }, 'disk replaced');
  expect(plan.entries).toMatchObject([
    { verdict: { reason: expect.stringMatching(/silent.*disk replaced/) as string } },
  ]);
});

test('what was adopted in a failed way back is where the host goes back to from then on', () => {
  const memory = remember(memoryIn('revertFailed'), {
    type: 'adopted',
    generation: OTHER,
    seq: 1,
    at: 1,
    boot: 'b',
  });
  expect(memory).toMatchObject({ lastKnownGood: OTHER, change: { swap: { previous: OTHER } } });
  expect(generationToRun(memory)).toBe(OTHER);
});

test('a restart from the console does not count as a crash of a kept generation', () => {
  const process = { pid: 7, startedAt: 8 };
  const memory = remember(memoryIn('confirmed'), { type: 'restarted', process, seq: 1, at: 1, boot: 'b' });
  expect(memory.change).toMatchObject({ phase: 'confirmed', process });
});

describe('drift', () => {
  test('names the files, the first few of them, without control characters', () => {
    const damage = Array.from({ length: 7 }, (_, n) => ({ path: `z${n}\n`, how: 'changed' }) as const);
    const { kind, reason } = driftOf(OLD, OLD, damage);
    expect(kind).toBe('files');
    expect(reason).toContain('z0? (changed)');
    expect(reason).toContain('and 2 more');
    expect(reason).toContain('breakwater-agent repair');
  });

  test.each([[null], [OTHER]])('a link to %s is told, also when the files are whole', (live) => {
    expect(driftOf(OLD, live, [])).toMatchObject({ kind: 'link' });
  });

  test('is not known between the intent to switch and its outcome, and follows the change otherwise', () => {
    expect(judgeDrift(memoryIn('applying'), OLD, [])).toBeNull();
    expect(judgeDrift(memoryIn('soaking'), NEW, [])).toMatchObject({ kind: 'none' });
    expect(judgeDrift(memoryIn('reverting'), OLD, [])).toMatchObject({ kind: 'none' });
    expect(judgeDrift(memoryIn('rejected'), OLD, [])).toMatchObject({ kind: 'none' });
  });
});
