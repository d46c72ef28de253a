import type { Digest, Verdict } from '@breakwater/shared';
import {
  type ConsoleOrder,
  type ConsoleScene,
  type Outcome,
  planRevert,
  refuseAdopt,
  refuseRepair,
  refuseRestart,
} from '../core/console.ts';
import { damageInWords, short } from '../core/drift.ts';
import type { Change } from '../core/memory.ts';
import { goesBack } from '../core/transitions.ts';
import type { OperatorTools } from './operator-tools.ts';
import { Restarter } from './restarter.ts';

/** Carries out what a person at the console wants, between two steps of the loop. */
export class Operator {
  readonly #tools: OperatorTools;
  readonly #restarter: Restarter;

  constructor(tools: OperatorTools) {
    this.#tools = tools;
    this.#restarter = new Restarter(tools);
  }

  /** Never throws: whatever is in the way is part of the outcome. */
  async carryOut(order: ConsoleOrder): Promise<Outcome> {
    const { log } = this.#tools.outside;
    log.warn({ verb: order.verb, reason: order.reason }, `somebody at the console wants: ${order.verb}`);
    try {
      const outcome = await this.#carryOut(order);
      log.warn({ verb: order.verb, result: outcome.result }, outcome.text);
      return outcome;
    } catch (error) {
      log.error({ err: error, verb: order.verb }, 'the order from the console could not be carried out');
      return failed(`It could not be done: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #carryOut({ verb, reason }: ConsoleOrder): Promise<Outcome> {
    const scene = await this.#scene();
    switch (verb) {
      case 'revert':
        return this.#revert(scene, reason);
      case 'restart':
        return this.#restart(scene, reason);
      case 'repair':
        return this.#repair(scene, reason);
      case 'adopt':
        return this.#adopt(scene, reason);
      default:
        return verb satisfies never;
    }
  }

  async #scene(): Promise<ConsoleScene> {
    const { outside, recorder } = this.#tools;
    const live = await outside.generations.live();
    // A supervisor that cannot be asked must not keep anybody from switching the link back.
    const process = await outside.supervisor.observe().then(
      (daemon) => daemon.process,
      () => null,
    );
    return { memory: recorder.memory, live, process, now: outside.clock.monotonic() };
  }

  async #revert(scene: ConsoleScene, reason: string): Promise<Outcome> {
    const { recorder, outside } = this.#tools;
    const { entries, outcome } = planRevert(scene, reason);
    const previous = scene.memory.change?.swap?.previous ?? null;
    // Of an unconfirmed change the way back was proved a moment ago; that of a kept one may be months old.
    if (scene.memory.change?.phase === 'confirmed' && previous !== null) {
      const way = await outside.generations.intact(previous);
      if (!way)
        return refused(`The previous generation ${short(previous)} is damaged or gone from this host.`);
    }
    for (const entry of entries) await recorder.record(entry);
    return outcome;
  }

  async #restart(scene: ConsoleScene, reason: string): Promise<Outcome> {
    const { drift, recorder } = this.#tools;
    const refusal = refuseRestart(scene, await drift.look(scene.memory, scene.live));
    if (refusal !== null || scene.live === null) return refused(refusal ?? 'Nothing is live.');
    await recorder.record({ type: 'asked', verb: 'restart', reason, process: scene.process });
    return this.#restarter.restart(scene.live);
  }

  async #repair(scene: ConsoleScene, reason: string): Promise<Outcome> {
    const { outside, recorder, drift } = this.#tools;
    const { change, lastKnownGood } = scene.memory;
    const refusal = refuseRepair(scene);
    if (refusal !== null || lastKnownGood === null) return refused(refusal ?? 'Nothing is recorded yet.');
    const damage = await outside.generations.damage(lastKnownGood);
    if (damage.length === 0 && scene.live === lastKnownGood && !(change && goesBack(change.phase))) {
      return nothing('The live files are those that were recorded; nothing was changed.');
    }
    await recorder.record({ type: 'asked', verb: 'repair', reason, process: scene.process });
    await outside.generations.repair(lastKnownGood);
    drift.forget();
    // On the way back the loop goes on with what it was doing, on files that are right now.
    if (change && goesBack(change.phase)) return this.#revert(scene, reason);
    if (scene.live !== lastKnownGood) await outside.generations.switchTo(lastKnownGood);
    const done =
      damage.length === 0 ? 'The managed root was linked back.' : `Put back: ${damageInWords(damage)}`;
    // When the daemon last read its files nobody can know, so it is made to read the right ones.
    const { result, text } = await this.#restarter.restart(lastKnownGood);
    return { result, text: `${done} ${text}` };
  }

  async #adopt(scene: ConsoleScene, reason: string): Promise<Outcome> {
    const { outside, recorder, drift } = this.#tools;
    const refusal = refuseAdopt(scene);
    if (refusal !== null) return refused(refusal);
    const before = scene.memory.lastKnownGood;
    const unfinished = scene.memory.change?.phase === 'revertFailed';
    if (
      !unfinished &&
      before !== null &&
      scene.live === before &&
      (await outside.generations.intact(before))
    ) {
      return nothing('What is live is what is recorded already; nothing was changed.');
    }
    // Whatever the checker refuses would keep the daemon from starting, on the day on which nobody is looking.
    const { live } = scene;
    const tree = live === null ? outside.view.host.root : outside.generations.pathOf(live);
    const shown = await outside.checker.check(tree);
    if (shown.verdict !== 'pass') {
      return refused(
        `What is live cannot be kept: ${shown.reason} Correct it, or put the recorded files back with \`breakwater-agent repair\`.`,
      );
    }
    const generation = await outside.generations.adopt({ takeFolder: true });
    await recorder.record({ type: 'adopted', generation, reason });
    if (unfinished && scene.memory.change !== null)
      await this.#endRevert(scene.memory.change, generation, reason);
    drift.forget();
    const text = `Generation ${short(generation)} is live and the last known good one now. The daemon was not restarted: if it has not read these files yet, run \`breakwater-agent restart\`.`;
    return { result: 'done', text };
  }

  /** A host that could not go back is free for the next change: somebody has decided what it is to run. */
  async #endRevert({ assignment }: Change, generation: Digest, reason: string): Promise<void> {
    const words = `A person at the console adopted what is there as generation ${short(generation)}: ${reason}`;
    const verdict: Verdict = { verdict: 'pass', code: 'adopted_at_console', reason: words };
    await this.#tools.recorder.record({ type: 'reverted', epoch: assignment.epoch, verdict });
  }
}

const refused = (text: string): Outcome => ({ result: 'refused', text });
const nothing = (text: string): Outcome => ({ result: 'nothing', text });
const failed = (text: string): Outcome => ({ result: 'failed', text });
