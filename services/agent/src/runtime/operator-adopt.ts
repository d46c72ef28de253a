import type { Digest, Verdict } from '@breakwater/shared';
import { callOffFor, type ConsoleScene, type Outcome, refuseAdopt } from '../core/console.ts';
import { short } from '../core/drift.ts';
import { isOwnZone } from '../core/judge-baseline.ts';
import type { Change } from '../core/memory.ts';
import type { OperatorTools } from './operator-tools.ts';
import { performOnce } from './rehearse.ts';
import type { Restarter } from './restarter.ts';

/** As long as a daemon gets to answer after a restart from the console. */
const REHEARSE_WITHIN_MS = 30_000;

/** Keeps what somebody changed by hand, if it proves to be something that a host can go back to. */
export class Adopter {
  readonly #tools: OperatorTools;
  readonly #restarter: Restarter;

  constructor(tools: OperatorTools, restarter: Restarter) {
    this.#tools = tools;
    this.#restarter = restarter;
  }

  /** Nothing is recorded as the last known good generation that was neither rehearsed nor has answered. */
  async adopt(scene: ConsoleScene, reason: string): Promise<Outcome> {
    const { generations } = this.#tools.outside;
    const { lastKnownGood: before, change } = scene.memory;
    const unfinished = change?.phase === 'revertFailed';
    const refusal = refuseAdopt(scene);
    if (refusal !== null) return refused(refusal);
    if (!unfinished && (await this.#isRecorded(scene))) {
      const text = 'What is live is what is recorded already; nothing was changed.';
      return { result: 'nothing', text };
    }
    const proved = await this.#proof(scene);
    if (proved.verdict !== 'pass') return refused(notKept(proved.reason, before));
    for (const entry of callOffFor(scene, reason)) await this.#tools.recorder.record(entry);
    const generation = await generations.adopt({ takeFolder: true });
    // At first contact, and where the way back has failed, there is nothing better that could be gone back to.
    const answers = before !== null && !unfinished && proved.code === 'not_rehearsed';
    const started = answers ? await this.#start(scene, generation, before, reason) : null;
    if (started !== null && started.result !== 'done') return started;
    await this.#tools.recorder.record({ type: 'adopted', generation, reason });
    if (unfinished && change !== null) await this.#endRevert(change, generation, reason);
    this.#tools.drift.forget();
    const said = started?.text ?? `${proved.reason} ${NOT_RESTARTED}`;
    return {
      result: 'done',
      text: `Generation ${short(generation)} is live and the last known good one now. ${said}`,
    };
  }

  async #isRecorded({ live, memory }: ConsoleScene): Promise<boolean> {
    return live !== null && live === memory.lastKnownGood && this.#tools.outside.generations.intact(live);
  }

  /** Whatever the checker refuses would keep the daemon from starting, on the day on which nobody is looking. */
  async #proof({ live, process }: ConsoleScene): Promise<Verdict> {
    const { outside, health } = this.#tools;
    const tree = live === null ? outside.view.host.root : outside.generations.pathOf(live);
    const checked = await outside.checker.check(tree);
    const { unavailable } = outside.rehearsal;
    if (checked.verdict !== 'pass') return checked;
    if (unavailable !== null)
      return { ...checked, code: 'not_rehearsed', reason: `It was not rehearsed: ${unavailable}.` };
    const zonesNow = await outside.checker.zones(tree);
    const baseline = await health.baseline(zonesNow.filter(isOwnZone));
    const answered = new Set(baseline.map(({ zone }) => zone));
    // A zone that is not answered now has to be, as a new one: nobody adopts a host that serves nothing.
    const zonesBefore = zonesNow.filter(({ name }) => answered.has(name));
    const ground = { checks: [], expect: { zonesRemoved: [] }, baseline, zonesBefore, zonesNow };
    return performOnce(outside, { tree, process, ground, withinMs: REHEARSE_WITHIN_MS });
  }

  /** Where nothing can be rehearsed, the daemon itself has to show that it answers; else all is put back. */
  async #start(scene: ConsoleScene, found: Digest, before: Digest, reason: string): Promise<Outcome> {
    const { outside, recorder, drift } = this.#tools;
    const { process } = scene;
    await recorder.record({ type: 'asked', verb: 'restart', reason, process });
    const started = await this.#restarter.restart(found);
    if (started.result === 'done') return started;
    await recorder.record({ type: 'asked', verb: 'repair', reason: notKept(started.text, before), process });
    await outside.generations.repair(before);
    const why = `It did not prove itself: ${started.text}`;
    await recorder.record({ type: 'adopted', generation: before, reason: why, insteadOf: found });
    await outside.generations.switchTo(before);
    drift.forget();
    const back = await this.#restarter.restart(before, { onOthers: true });
    const kept = `What was changed is kept in ${outside.generations.pathOf(found)} until the next change.`;
    const text = `What is live cannot be kept: ${started.text} The recorded files were put back. ${back.text} ${kept}`;
    return back.result === 'done' ? refused(text) : { result: 'unhealthy', text };
  }

  /** A host that could not go back is free for the next change: somebody has decided what it is to run. */
  async #endRevert({ assignment }: Change, generation: Digest, reason: string): Promise<void> {
    const words = `A person at the console adopted what is there as generation ${short(generation)}: ${reason}`;
    const verdict: Verdict = { verdict: 'pass', code: 'adopted_at_console', reason: words };
    await this.#tools.recorder.record({ type: 'reverted', epoch: assignment.epoch, verdict });
  }
}

const NOT_RESTARTED =
  'The daemon was not restarted: if it has not read these files yet, run `breakwater-agent restart`.';

function notKept(why: string, before: Digest | null): string {
  const back =
    before === null
      ? 'Correct it.'
      : 'Correct it, or put the recorded files back with `breakwater-agent repair`.';
  return `What is live cannot be kept: ${why} ${back}`;
}

const refused = (text: string): Outcome => ({ result: 'refused', text });
