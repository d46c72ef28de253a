import {
  type ConsoleOrder,
  type ConsoleScene,
  type Outcome,
  planRevert,
  refuseRepair,
  refuseRestart,
} from '../core/console.ts';
import { planUndo, type Undo } from '../core/console-undo.ts';
import { filesInWords, short } from '../core/drift.ts';
import { goesBack } from '../core/transitions.ts';
import { Adopter } from './operator-adopt.ts';
import type { OperatorTools } from './operator-tools.ts';
import { Restarter } from './restarter.ts';

/** Carries out what a person at the console wants, between two steps of the loop. */
export class Operator {
  readonly #tools: OperatorTools;
  readonly #restarter: Restarter;
  readonly #adopter: Adopter;

  constructor(tools: OperatorTools) {
    this.#tools = tools;
    this.#restarter = new Restarter(tools);
    this.#adopter = new Adopter(tools, this.#restarter);
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
        return this.#adopter.adopt(scene, reason);
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
    const undo = planUndo(scene.memory, outside.journal.records());
    if (undo === 'done') return nothing('What was kept last here has been undone already.');
    if (undo !== null) return this.#undo(undo, scene, reason);
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

  /** Nothing is pending, so it is done at once: the daemon has read a tree that the newest change knows nothing of. */
  async #undo({ giveUp, goBackTo }: Undo, { process }: ConsoleScene, reason: string): Promise<Outcome> {
    const { outside, recorder, drift } = this.#tools;
    try {
      await outside.generations.repair(goBackTo);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refused(`The generation before it, ${short(goBackTo)}, cannot be gone back to: ${why}`);
    }
    // First of all: whoever is killed from here on leaves a link that `repair` puts right, and no way forward again.
    await recorder.record({ type: 'adopted', generation: goBackTo, reason, insteadOf: giveUp });
    await recorder.record({ type: 'asked', verb: 'restart', reason, process });
    await outside.generations.switchTo(goBackTo);
    drift.forget();
    const { result, text } = await this.#restarter.restart(goBackTo, { onOthers: true });
    const done = `Generation ${short(giveUp)} was given up, and ${short(goBackTo)} is live and the last known good one now.`;
    return { result, text: `${done} ${text}` };
  }

  async #restart(scene: ConsoleScene, reason: string): Promise<Outcome> {
    const { drift, recorder } = this.#tools;
    const refusal = refuseRestart(scene, await drift.look(scene.memory, scene.live));
    if (refusal !== null || scene.live === null) return refused(refusal ?? 'Nothing is live.');
    await recorder.record({ type: 'asked', verb: 'restart', reason, process: scene.process });
    const outcome = await this.#restarter.restart(scene.live);
    if (outcome.result !== 'unhealthy') return outcome;
    const next = 'See `breakwater-agent verify`; `breakwater-agent revert` takes back what was kept last.';
    return { ...outcome, text: `${outcome.text} ${next}` };
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
    const aside = await outside.generations.inTheWay();
    if (scene.live !== lastKnownGood) await outside.generations.switchTo(lastKnownGood);
    const moved = aside === null ? '' : ` What stood in its place was moved to ${aside}.`;
    const linked = scene.live === lastKnownGood ? '' : `The managed root was linked back.${moved}`;
    const put = damage.length === 0 ? '' : `Put back: ${filesInWords(damage)}.`;
    const done = [linked, put].filter((part) => part !== '').join(' ');
    // When the daemon last read its files nobody can know, so it is made to read the right ones.
    const { result, text } = await this.#restarter.restart(lastKnownGood, { onOthers: true });
    return { result, text: `${done} ${text}` };
  }
}

const refused = (text: string): Outcome => ({ result: 'refused', text });
const nothing = (text: string): Outcome => ({ result: 'nothing', text });
const failed = (text: string): Outcome => ({ result: 'failed', text });
