import { fail, noData, type OperatorName, pass, type Verdict } from '@breakwater/shared';
import type { FleetHost } from '../fleet.ts';
import type { Cause } from '../cause.ts';
import type { Stage } from '../halting-rule.ts';
import { Drive } from './drive.ts';
import { evenFleet, rolloutOver } from './fleet.ts';
import { gated, measure } from './gated.ts';

/** Confirmed, in every moment. */
const CANARY = 'ns1.ams';
/** Keeps the change too, of a wave that has passed. */
const KEPT = 'ns2.ams';
/** In flight, of the wave that runs, where the moment has one. */
const FLYING = 'ns1.fra';
/** Has proved the change or is still to prove it, of the last wave. */
const UNTOUCHED = 'ns4.iad';
const SIX_MINUTES = 360_000;
const MORE_THAN_AN_HOUR = 3_700_000;

type Strategy = Record<string, unknown>;
type Reach = (strategy: Strategy) => Drive;

/** Canary and first datacenter wave have passed, and some time too. The next wave's host is taken unless it is `unknown`. */
function underWay(strategy: Strategy, next: FleetHost['availability'] = 'healthy'): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  const run = new Drive(rolloutOver(fleet, { strategy: { ...soaks, ...strategy } }), fleet);
  run.preflight().pass(CANARY, 1000);
  run.blocked = 'the line is stopped';
  run.pass(KEPT, 1000).wait(SIX_MINUTES);
  alter(run, FLYING, { availability: next });
  run.blocked = null;
  return run.look();
}

const idle: Reach = (strategy) => underWay(strategy, 'unknown');
const soaking: Reach = (strategy) => underWay(strategy).report(FLYING, 'applying').report(FLYING, 'soaking');

/** All waves are over, and a tolerated host is on its way back. */
function lastOneGoingBack(): Drive {
  const run = underWay({ failureThreshold: 1, maxUnavailable: 2 }).report(KEPT, 'unhealthy');
  return run.succeedUntil('succeeded');
}

function said(run: Drive, verb: 'pause' | 'rollback' | 'abort' | 'resume'): Drive {
  const refusal = run.say(verb);
  if (refusal) throw new Error(refusal.detail);
  return run;
}

function held(run: Drive): Drive {
  run.blocked = 'the line is stopped';
  return run;
}

function restarted(run: Drive): Drive {
  run.listeningSince = run.now;
  return run;
}

interface Moment {
  stage: Stage;
  reach: Reach;
}

const STOPPED: Record<string, Moment> = {
  'while rolling back': { stage: 'rollingBack', reach: (strategy) => said(soaking(strategy), 'rollback') },
  'while halted': {
    stage: 'halted',
    reach: (strategy) => soaking({ ...strategy, failureThreshold: 0 }).report(FLYING, 'failed'),
  },
  'after an abort': { stage: 'ended', reach: (strategy) => said(soaking(strategy), 'abort') },
};

/** A halted rollout that was taken up again: two hosts keep the change, and the others prove it anew. */
const PREFLIGHT: Moment = {
  stage: 'preflight',
  reach: (strategy) =>
    said(underWay(strategy).report(UNTOUCHED, 'failed').report(FLYING, 'reverted'), 'resume'),
};

const AWAITING: Moment = {
  stage: 'awaitingApproval',
  reach: (strategy) =>
    underWay({ ...strategy, approval: { before: ['global'] } }).succeedUntil('awaitingApproval'),
};

const MOMENTS: Record<string, Moment> = {
  'in preflight': PREFLIGHT,
  'while a host applies': {
    stage: 'running',
    reach: (strategy) => underWay(strategy).report(FLYING, 'applying'),
  },
  'while a host is verified': {
    stage: 'running',
    reach: (strategy) => underWay(strategy).report(FLYING, 'applying').report(FLYING, 'verifying'),
  },
  'while a host soaks': { stage: 'running', reach: soaking },
  'between waves': { stage: 'running', reach: idle },
  'while the line is stopped': { stage: 'held', reach: (strategy) => held(soaking(strategy)) },
  'while paused': { stage: 'paused', reach: (strategy) => said(soaking(strategy), 'pause') },
  'while awaiting approval': AWAITING,
  'right after a restart of the orchestrator': {
    stage: 'restarted',
    reach: (strategy) => restarted(soaking(strategy)),
  },
  ...STOPPED,
};

/** Moments in which no host is in flight, so that only the wave is late. */
const IDLE: Record<string, Moment> = {
  'in preflight': {
    stage: 'preflight',
    reach: (strategy) => PREFLIGHT.reach({ ...strategy, applyDeadline: '90m', confirmDeadline: '3h' }),
  },
  'while nothing moves': { stage: 'running', reach: idle },
  'while the line is stopped': { stage: 'held', reach: (strategy) => held(idle(strategy)) },
  'while paused': { stage: 'paused', reach: (strategy) => said(idle(strategy), 'pause') },
  'while awaiting approval': AWAITING,
  'right after a restart of the orchestrator': {
    stage: 'restarted',
    reach: (strategy) => restarted(idle(strategy)),
  },
  ...STOPPED,
};

const ENDING: Record<string, Moment> = {
  'when all waves are over': { stage: 'running', reach: lastOneGoingBack },
  'while the line is stopped': { stage: 'held', reach: () => held(lastOneGoingBack()) },
  'while paused': { stage: 'paused', reach: () => said(lastOneGoingBack(), 'pause') },
  'right after a restart of the orchestrator': {
    stage: 'restarted',
    reach: () => restarted(lastOneGoingBack()),
  },
  ...STOPPED,
};

/** The canary has not had its turn. */
function before(strategy: Strategy, canary: FleetHost['availability'] = 'healthy'): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const run = new Drive(rolloutOver(fleet, { strategy }), fleet).look();
  alter(run, CANARY, { availability: canary });
  return run;
}

/** Nothing is granted yet, and the canary may be taken out of service. */
const BEFORE_THE_CANARY: Record<string, Moment> = {
  'in preflight': { stage: 'preflight', reach: (strategy) => before(strategy) },
  'while its wave waits for it': {
    stage: 'running',
    reach: (strategy) => before(strategy, 'unknown').preflight(),
  },
  'while the line is stopped': { stage: 'held', reach: (strategy) => held(before(strategy)).preflight() },
  'while paused': { stage: 'paused', reach: (strategy) => said(before(strategy), 'pause') },
  'while awaiting approval': {
    stage: 'awaitingApproval',
    reach: (strategy) => before({ ...strategy, approval: { before: ['canary'] } }).preflight(),
  },
  'right after a restart of the orchestrator': {
    stage: 'restarted',
    reach: (strategy) => restarted(before(strategy)),
  },
  ...STOPPED,
};

/** Time passes in which every host is heard, and nobody looks until it is over. */
function later(run: Drive, ms: number): void {
  if (run.listeningSince === run.now) run.listeningSince += ms;
  run.now += ms;
  for (const [id, one] of run.fleet) run.fleet.set(id, { ...one, heardAt: run.now });
  run.look();
}

function alter(run: Drive, id: string, change: Partial<FleetHost>): void {
  const one = [...run.fleet.values()].find((host) => host.id === id);
  if (!one) throw new Error(`no host ${id}`);
  run.fleet.set(one.id, { ...one, ...change });
  run.look();
}

/** All who ask the host find this, or say nothing. */
function found(run: Drive, id: string, verdict: Verdict | null): void {
  run.says = (_point, target) => (target === id ? verdict : pass('answered', 'well'));
  run.look().look();
}

/** It was an emergency all along, and its time is over now. */
function outOfTime(run: Drive): void {
  run.now += 1;
  const [canary, ...others] = run.rollout.waves;
  const approved = canary ? [{ ...canary, approvedBy: 'alex' as OperatorName }] : [];
  const emergency = { incident: 'INC-7', expiresAt: run.now };
  run.rollout = { ...run.rollout, emergency, waves: [...approved, ...others] };
  run.look();
}

/** The rollout has a gate that is open in the wave that was begun last. */
function withGate(run: Drive): Drive {
  const { gates } = gated({ during: ['datacenter'], deadline: '10s', every: '1s' }).rollout.strategy;
  run.rollout = { ...run.rollout, strategy: { ...run.rollout.strategy, gates } };
  return run.look();
}

const isFlying = (run: Drive): boolean => run.inState('applying', 'verifying', 'soaking').length > 0;

/** A cause: at which moments it can come about, how, on which host, and what its halt says. */
interface Scene {
  moments: Record<string, Moment>;
  act: (run: Drive) => void;
  /** Who is the failure, or holds it; `null` for a wave. */
  host: (run: Drive) => string | null;
  code: string;
}

const at = (host: string | null) => (): string | null => host;
const some = (...names: readonly string[]): Record<string, Moment> =>
  Object.fromEntries(Object.entries(MOMENTS).filter(([name]) => !names.includes(name)));

export const SCENES: Record<Cause, Scene> = {
  preflightFails: {
    moments: MOMENTS,
    act: (run) => void run.report(UNTOUCHED, 'failed'),
    host: at(UNTOUCHED),
    code: 'wrong_answer',
  },
  canaryFails: {
    moments: MOMENTS,
    act: (run) => void run.report(CANARY, 'unhealthy'),
    host: at(CANARY),
    code: 'wrong_answer',
  },
  hostFails: {
    moments: MOMENTS,
    act: (run) => {
      const refused = fail('wrong_answer', 'REFUSED');
      if (isFlying(run)) run.report(FLYING, 'failed', refused);
      else run.report(KEPT, 'reverting', refused);
    },
    host: (run) => (run.row(FLYING).failure ? FLYING : KEPT),
    code: 'wrong_answer',
  },
  cannotTell: {
    moments: MOMENTS,
    act: (run) => void run.report(KEPT, 'unhealthy', noData('no_answer', 'it did not answer')),
    host: at(KEPT),
    code: 'no_answer',
  },
  turnsUnhealthy: {
    moments: MOMENTS,
    act: (run) => void run.report(KEPT, 'unhealthy'),
    host: at(KEPT),
    code: 'wrong_answer',
  },
  staysUnwell: {
    moments: MOMENTS,
    act: (run) =>
      alter(run, KEPT, { unwell: { since: run.now - 20_000, verdict: fail('no_zone_answers', 'none') } }),
    host: at(KEPT),
    code: 'host_unwell',
  },
  silent: {
    moments: MOMENTS,
    act: (run) => alter(run, KEPT, { heardAt: run.now - SIX_MINUTES }),
    host: at(KEPT),
    code: 'host_silent',
  },
  overdue: {
    moments: some('between waves', 'in preflight', 'while awaiting approval'),
    act: (run) => later(run, SIX_MINUTES),
    host: at(FLYING),
    code: 'deadline_passed',
  },
  vantageFails: {
    moments: MOMENTS,
    act: (run) => found(run, KEPT, fail('wrong_rcode', 'REFUSED')),
    host: at(KEPT),
    code: 'vantage_failed',
  },
  vantageUnreachable: {
    moments: MOMENTS,
    act: (run) => found(run, KEPT, noData('no_answer', 'nothing')),
    host: at(KEPT),
    code: 'vantage_unreachable',
  },
  vantageSilent: {
    moments: some(
      'in preflight',
      'while a host applies',
      'while a host is verified',
      'between waves',
      'while awaiting approval',
    ),
    act: (run) => {
      found(run, FLYING, null);
      run.report(FLYING, 'soaked');
      later(run, SIX_MINUTES);
    },
    host: at(FLYING),
    code: 'vantage_silent',
  },
  drifts: {
    moments: MOMENTS,
    act: (run) => alter(run, KEPT, { drift: 'named.conf differs' }),
    host: at(KEPT),
    code: 'host_drifted',
  },
  gateFails: {
    moments: MOMENTS,
    act: (run) => void measure(withGate(run), fail('condition_missed', '2 is not < 1')),
    host: at(null),
    code: 'gate_failed',
  },
  gateUnclear: {
    moments: some('right after a restart of the orchestrator'),
    act: (run) => {
      measure(withGate(run), noData('query_no_data', 'the query found nothing'));
      later(run, 100_000);
    },
    host: at(null),
    code: 'gate_unclear',
  },
  neverHome: {
    moments: ENDING,
    act: (run) => later(run, SIX_MINUTES),
    host: at(KEPT),
    code: 'wrong_answer',
  },
  canaryGone: {
    moments: BEFORE_THE_CANARY,
    act: (run) => {
      const order = { kind: 'drained' as const, by: 'ada' as OperatorName, reason: 'new disk', since: 0 };
      run.orders.set(run.row(CANARY).id, order);
      run.look();
    },
    host: at(CANARY),
    code: 'canary_gone',
  },
  waveLate: {
    moments: IDLE,
    act: (run) => later(run, MORE_THAN_AN_HOUR),
    host: at(null),
    code: 'progress_deadline',
  },
  expires: {
    moments: MOMENTS,
    act: outOfTime,
    host: at(null),
    code: 'emergency_expired',
  },
};
