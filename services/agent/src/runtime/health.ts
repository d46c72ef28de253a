import { type Digest, fail, formatDuration, inconclusive, noData, type Verdict } from '@breakwater/shared';
import type { Answer, Question } from '../core/answer.ts';
import type { Baseline, Zone } from '../core/baseline.ts';
import { baselineOf, isOwnZone } from '../core/judge-baseline.ts';
import { worstOf } from '../core/judge-round.ts';
import { BOUNDS } from '../core/pace.ts';
import type { Change } from '../core/memory.ts';
import { type Ask, baselineQuestions, type Ground, judgeAsk, planQuestions } from '../core/plan-questions.ts';
import { addRound, type Evidence, NO_EVIDENCE, type Purpose, type World } from '../core/world.ts';
import { mapBounded } from './bounded.ts';
import type { Outside } from './outside.ts';
import type { Zones } from './zones.ts';

/** Enough to ask thousands of zones in seconds, and few enough not to be a load of its own. */
const AT_ONCE = 32;
const ZONE_TRIES = 3;

/** What a round asks about. */
export interface RoundOrder {
  purpose: Purpose;
  turn: number;
  change: Change | null;
}

/** Asks the daemon, and keeps what was seen. */
export class Health {
  #evidence: Evidence = NO_EVIDENCE;
  /** The zones of a generation that have answered while nothing was under way: those must go on answering. */
  #standing: { generation: Digest; baseline: Baseline } | null = null;
  readonly #outside: Pick<Outside, 'dns' | 'clock'>;
  readonly #zones: Zones;

  constructor(outside: Pick<Outside, 'dns' | 'clock'>, zones: Zones) {
    this.#outside = outside;
    this.#zones = zones;
  }

  get evidence(): Evidence {
    return this.#evidence;
  }

  /** Asks one round of questions; whatever prevents it is part of its verdict. */
  async round(order: RoundOrder, world: World): Promise<void> {
    const { clock } = this.#outside;
    const { process, exits } = world.daemon;
    const startedAt = clock.monotonic();
    const verdict = process === null ? notRunning() : await this.#inTime(this.#ask(order, world.live));
    const round = { startedAt, endedAt: clock.monotonic(), turn: order.turn, verdict, process, exits };
    this.#evidence = addRound(this.#evidence, round);
  }

  /** Asks for every zone that the host itself has data of: what answers now must answer after a change. */
  async baseline(zones: readonly Zone[]): Promise<Baseline> {
    const names = [...new Set(zones.filter(isOwnZone).map((zone) => zone.name))];
    const found = await mapBounded(baselineQuestions(names), AT_ONCE, async (question) =>
      baselineOf(question, await this.#answer(question, ZONE_TRIES)),
    );
    return found.filter((answer) => answer !== null);
  }

  /** A slow round must not keep a host from going back: while it lasts, the agent looks at nothing else. */
  async #inTime(asked: Promise<Verdict>): Promise<Verdict> {
    const late = Promise.withResolvers<Verdict>();
    const cancel = this.#outside.clock.setTimer(BOUNDS.round, () => late.resolve(unfinished()));
    try {
      return await Promise.race([asked.catch(unable), late.promise]);
    } finally {
      cancel();
    }
  }

  async #ask({ purpose, turn, change }: RoundOrder, live: Digest | null): Promise<Verdict> {
    if (purpose === 'idle') return this.#askIdle(live, turn);
    if (!change?.swap)
      return noData('nothing_to_check', 'There is no change whose answers could be asked for.');
    const { assignment, swap } = change;
    // Going back must work with nothing but the journal and the daemon, so the checker is not asked then.
    const zonesOf = async (generation: Digest): Promise<readonly Zone[]> =>
      purpose === 'revert' ? [] : this.#zones.of(generation);
    const ground: Ground = {
      checks: assignment.checks,
      expect: assignment.expect,
      baseline: swap.baseline,
      zonesBefore: await zonesOf(swap.previous),
      zonesNow: await zonesOf(assignment.bundle),
    };
    return this.#judge(planQuestions(purpose, ground, turn), purpose !== 'soak');
  }

  async #askIdle(live: Digest | null, turn: number): Promise<Verdict> {
    if (live === null)
      return noData('link_elsewhere', 'The managed root leads to no generation that is known here.');
    const zones = await this.#zones.of(live);
    const own = zones.filter(isOwnZone).length;
    if (this.#standing?.generation !== live || this.#standing.baseline.length === 0) {
      this.#standing = { generation: live, baseline: await this.baseline(zones) };
    }
    const { baseline } = this.#standing;
    if (baseline.length === 0 && own > 0)
      return noData('no_zone_answers', `None of ${own} zones is answered.`);
    const ground = {
      checks: [],
      expect: { zonesRemoved: [] },
      baseline,
      zonesBefore: zones,
      zonesNow: zones,
    };
    return this.#judge(planQuestions('idle', ground, turn), false);
  }

  async #judge(asks: readonly Ask[], starting: boolean): Promise<Verdict> {
    const verdicts = await mapBounded(asks, AT_ONCE, async (ask) =>
      judgeAsk(ask, await this.#answer(ask.question, ask.tries), starting),
    );
    return worstOf(verdicts);
  }

  async #answer(question: Question, tries: number): Promise<Answer> {
    let answer = await this.#outside.dns.ask(question);
    for (let left = tries - 1; left > 0 && answer.kind === 'none'; left -= 1) {
      answer = await this.#outside.dns.ask(question);
    }
    return answer;
  }
}

function unfinished(): Verdict {
  const reason = `Not all questions were answered within ${formatDuration(BOUNDS.round)}.`;
  return noData('round_unfinished', reason);
}

function notRunning(): Verdict {
  return fail('daemon_not_running', 'The daemon does not run.');
}

function unable(error: unknown): Verdict {
  return inconclusive('not_judged', `The daemon could not be judged: ${String(error)}`);
}
