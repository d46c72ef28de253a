import { fail, pass, type Step } from '@breakwater/shared';
import { PHASES, type Phase } from '../core/transitions.ts';
import type { Aim, History } from './simulation.ts';

/** A change that passes through a phase for certain. */
interface Path {
  behaviour: string;
  steps: readonly Step[];
  action?: 'restart' | 'reload';
  /** What else has to be so, from before the change until its troubles are over. */
  around?: (run: History, begins: boolean) => void;
}

const GOOD: Path = { behaviour: 'good', steps: ['stage', 'apply', 'confirm'] };
const WRONG: Path = { behaviour: 'wrong', steps: ['stage', 'apply'] };

function pathTo(phase: Phase): Path {
  switch (phase) {
    case 'accepted':
    case 'ready':
    case 'applying':
    case 'restarting':
    case 'verifying':
    case 'soaking':
    case 'soaked':
    case 'confirmed':
      return GOOD;
    case 'reloading':
      return { ...GOOD, action: 'reload' };
    case 'rejected':
      return { ...GOOD, steps: ['stage'], around: refuses };
    case 'failed':
    case 'reverting':
    case 'reverted':
      return WRONG;
    case 'revertFailed':
      return { ...WRONG, around: cannotGoBack };
    default:
      return phase satisfies never;
  }
}

function refuses({ host }: History, begins: boolean): void {
  host.checked = begins ? fail('refused', 'unknown option') : pass('accepted', 'named-checkconf accepts it.');
}

/** The supervisor takes nothing, from the moment in which the host wants to go back. */
function cannotGoBack({ host }: History, begins: boolean): void {
  if (!begins) host.daemon.restartError = null;
  else onEntry(host, 'reverting', () => (host.daemon.restartError = new Error('busy')));
}

/** Calls back once, as soon as an entry of this type is on disk. Several may be waited for at a time. */
function onEntry(host: History['host'], type: string, then: () => void): void {
  const before = host.onStep;
  let done = false;
  host.onStep = (call) => {
    before(call);
    if (done || call.when !== 'after' || call.step !== `journal.append ${type}`) return;
    done = true;
    then();
  };
}

async function play(run: History, { behaviour, steps, action = 'restart', around }: Path): Promise<void> {
  around?.(run, true);
  run.begin(behaviour);
  for (const step of steps) {
    run.order(run.epoch, step, { action });
    await run.host.pass(4000);
  }
  // Longer than a revert may take until it is said that it takes too long.
  if (around !== undefined) await run.host.pass(40_000);
  around?.(run, false);
}

/** Something happens in a phase, once the entry that began it is on disk. */
function inPhase(phase: Phase, trouble: (run: History) => void): Aim {
  return async (run) => {
    const path = pathTo(phase);
    onEntry(run.host, phase, () => trouble(run));
    await play(run, path);
  };
}

const during = (path: Path, after: (run: History) => unknown = () => undefined): Aim => {
  return async (run) => {
    await play(run, path);
    await after(run);
  };
};

/** How often the power goes in the middle of an append: a torn record is left in one of several ways. */
const TORN_APPENDS = 24;

async function tearAgainAndAgain(run: History): Promise<void> {
  for (let round = 0; round < TORN_APPENDS; round += 1) {
    run.begin('good');
    run.cutInAppend();
    run.order(run.epoch, 'stage');
    await run.host.pass(5000);
  }
}

/** Every situation that has to be seen, by the name under which it is counted, and how a host is brought into it. */
export const AIMS: ReadonlyMap<string, Aim> = new Map<string, Aim>([
  ...PHASES.map((phase) => [`agent killed in ${phase}`, inPhase(phase, (run) => run.killAgent())] as const),
  ...PHASES.map((phase) => [`power cut in ${phase}`, inPhase(phase, (run) => run.cutPower())] as const),
  ['entry unhealthy', during(GOOD, ({ host }) => host.daemon.kill())],
  ['journal torn in a power cut', tearAgainAndAgain],
  [
    'names lost in a power cut',
    async (run) => {
      const { host } = run;
      host.onDisk = ({ name, when }) => {
        if (name !== 'rename' || when !== 'after') return null;
        host.onDisk = () => null;
        run.cutPower();
        return null;
      };
      await play(run, GOOD);
    },
  ],
  [
    'grant later than its lease',
    async (run) => {
      await play(run, { ...GOOD, steps: ['stage'] });
      run.host.orchestrator.stuckMs = 40_000;
      run.order(run.epoch);
      await run.host.pass(41_000);
      run.host.orchestrator.stuckMs = 0;
    },
  ],
  [
    'revert on a full disk',
    async (run) => {
      onEntry(run.host, 'applying', () => run.host.disk.fill());
      await play(run, WRONG);
    },
  ],
  [
    'because unconfirmed',
    during({ ...GOOD, steps: ['stage', 'apply'] }, ({ host }) => {
      host.orchestrator.down = true;
      return host.pass(70_000);
    }),
  ],
  ['because rebooted', inPhase('soaking', (run) => run.cutPower())],
  ['because daemon_exited', during({ ...WRONG, behaviour: 'diesLater' })],
  ['because no_answer', during({ ...WRONG, behaviour: 'silent' }, ({ host }) => host.pass(30_000))],
  ['because wrong_rcode', during(WRONG)],
  ['because called_back', during({ ...GOOD, steps: ['stage', 'apply', 'revert'] })],
  [
    'because superseded',
    during({ ...GOOD, steps: ['stage', 'apply'] }, (run) => play(run, { ...GOOD, steps: ['stage'] })),
  ],
]);
