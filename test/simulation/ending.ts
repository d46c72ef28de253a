import { OperatorName } from '@breakwater/shared';
import { acceptStore } from '../../services/orchestrator/src/runtime/accept-store.ts';
import { verifyChain } from '../../services/orchestrator/src/runtime/chain.ts';
import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import { kindAt } from './behaviour.ts';
import type { Machine, World } from './interfaces.ts';
import type { Operators } from './operators.ts';
import { stillOwed } from './owed.ts';
import type { Troubles } from './troubles.ts';

const LOOK_EVERY_MS = 5000;
/** In which time everything comes to rest once nothing goes wrong any more. */
const REST_MS = 900_000;

/** Faults stop and time passes: whatever people need not decide comes to an end, and all of it is known to somebody. */
export async function end(world: World, troubles: Troubles, operators: Operators): Promise<void> {
  troubles.end();
  operators.over = true;
  mend(world);
  // A person has to decide about one that halted, and others may wait for that.
  const undecided = ({ state, verdict }: Rollout): boolean => state === 'halted' || verdict.code === 'queued';
  const halted = await rests(world, operators, undecided);
  if (!halted) return stuck(world, 'nothing goes wrong any more, and it does not come to rest');
  pagesAreTaken(world);
  const verb = world.random.pick(['rollback', 'abort'] as const);
  const decide = (rollout: Rollout): boolean => {
    if (rollout.state === 'halted') operators.command(rollout.id, verb);
    return false;
  };
  if (!(await rests(world, operators, decide, () => stillOwed(world).length === 0)))
    return stuck(world, 'people have decided, and it does not end');
  pagesAreTaken(world);
  for (const machine of world.machines) isAtHome(world, machine);
  isRemembered(world, operators);
  return undefined;
}

/** The network heals, processes go on, clocks are right; people stop nothing any more. */
function mend(world: World): void {
  world.network.cuts = [];
  world.network.release();
  world.network.troubles = { ...world.network.troubles, loss: 0, duplicates: 0, slowShare: 0 };
  Object.assign(world.settings, { agentDeaths: 0, orchestratorDeaths: 0 });
  // What people do by hand waits for no simulated time.
  Object.assign(world.settings.store, { lostReplies: 0, slowShare: 0 });
  world.server.down = false;
  world.freezes.end();
  for (const site of world.sites) site.start();
  world.note('all faults have ended');
}

/**
 * Lets time pass until no rollout is live but those that may be, and no host is under way.
 * @param mayWait asked of every live rollout at every look; it may do something about it.
 * @param isDone whether nothing else is to be waited for.
 */
async function rests(
  world: World,
  operators: Operators,
  mayWait: (rollout: Rollout) => boolean,
  isDone: () => boolean = () => true,
): Promise<boolean> {
  const { timeline, server } = world;
  const restsBy = timeline.now + REST_MS;
  while (timeline.now < restsBy) {
    await timeline.run(timeline.now + LOOK_EVERY_MS, () => world.judge.tick());
    await accepted(world);
    const { live, line, orders } = server.snapshot();
    if (line.stopped) operators.line(false);
    for (const [host, { kind }] of orders) if (kind === 'drained') operators.order(host, 'undrain');
    for (const rollout of live.values()) {
      // One that gave hosts up to an emergency may have proved nothing; then it can only be given up.
      const overtaken = Object.values(rollout.hosts).some((row) => row.released !== null);
      if (rollout.state === 'paused') operators.command(rollout.id, overtaken ? 'abort' : 'resume');
      if (rollout.state === 'awaitingApproval') operators.command(rollout.id, 'approve');
    }
    const done =
      [...live.values()].every(mayWait) && world.machines.every((machine) => isQuiet(world, machine));
    const paged = [...world.judge.pages.keys()].every((id) => world.pager.taken.has(id));
    if (done && paged && isDone()) return true;
  }
  return false;
}

/**
 * Somebody wrote to the older store before it was found out, and does not know the right one any more: a person takes that
 * as it is.
 */
async function accepted(world: World): Promise<void> {
  const { orchestrators, sites } = world;
  const doubting = orchestrators.find((each) => each?.doubts);
  if (!doubting) return;
  const witnesses = sites.map(({ witness }) => witness.seen);
  const act = {
    by: OperatorName.parse('approver'),
    reason: 'the right store is back',
    now: doubting.process.now(),
  };
  await acceptStore(doubting.client.adapter(), witnesses, act).then(
    () => world.count('store accepted by a person'),
    (error: unknown) => world.note(`not accepted: ${String(error)}`),
  );
}

/** Back where it was or where it should be, and its agent knows it. */
function isQuiet(world: World, machine: Machine): boolean {
  const { daemon, live, agent, pending } = machine;
  if (pending || !agent || agent.memory.lastKnownGood !== live) return false;
  const kind = kindAt(world.behaviourOf(live), machine.id);
  // A change that nobody could find out was bad is kept; its daemon comes and goes.
  const lasts = kind === 'good' || kind === 'slow' || kind === 'costly';
  return !lasts || (daemon.runs === live && daemon.serves);
}

function pagesAreTaken(world: World): void {
  for (const id of world.judge.pages.keys())
    if (!world.pager.taken.has(id)) world.fault('S18', `page ${id} was taken by nobody`);
}

/** What the newest rollout says of a host is what is true of it. */
function isAtHome(world: World, machine: Machine): void {
  const { data } = world.server;
  const own = data.rollouts.flatMap((id) => data.rollout(id) ?? []).filter((each) => each.hosts[machine.id]);
  const [newest] = own.filter((each) => each.hosts[machine.id]?.grantedAt !== null);
  const row = newest?.hosts[machine.id];
  if (!newest || !row || row.epoch !== machine.agent?.memory.highestEpoch) return;
  const keeps = machine.live === newest.bundle;
  if (row.state === 'confirmed' && !keeps)
    world.fault('live', `${newest.id} says that the host keeps the change`, machine);
  if (row.state === 'reverted' && keeps)
    world.fault('live', `${newest.id} says that the host went back`, machine);
}

/** What was acknowledged is in the log, and the log is whole. */
function isRemembered(world: World, operators: Operators): void {
  const { events } = world.server.data;
  try {
    verifyChain(events, GENESIS);
  } catch (error) {
    world.fault('S19', String(error));
  }
  const reasons = new Set(events.flatMap((event) => ('reason' in event ? [event.reason] : [])));
  for (const { reason } of operators.acknowledged)
    if (!reasons.has(reason)) world.fault('S16', `"${reason}" was acknowledged and is forgotten`);
  const { rollouts } = world.server.data;
  const parts =
    rollouts.flatMap((id) => world.server.data.rollout(id)?.waves ?? []).length + 2 * rollouts.length;
  if (world.queues.size > parts) world.fault('S23', `${world.queues.size} jobs are left`);
}

function stuck(world: World, what: string): void {
  const { live } = world.server.snapshot();
  const rollouts = [...live.values()].map(({ id, state, verdict }) => `${id} ${state} ${verdict.code}`);
  const hosts = world.machines.filter((machine) => !isQuiet(world, machine)).map(describe);
  const owed = stillOwed(world).map(({ id }) => `${id} is owed a change`);
  world.fault('live', `${what}: ${[...rollouts, ...hosts, ...owed].join('; ')}`);
}

function describe({ id, agent, live, daemon, pending }: Machine): string {
  const phase = agent?.memory.change?.phase;
  return `${id} ${phase} live ${live.slice(0, 6)} runs ${daemon.runs?.slice(0, 6)} ${pending ? 'pending' : ''} ${daemon.serves ? 'serves' : 'does not serve'}`;
}
