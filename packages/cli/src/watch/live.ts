import { Listr, type ListrTask } from 'listr2';
import type { HostState } from '@breakwater/shared';
import type { Rollout } from '../api/api.ts';
import type { Output } from '../io/output.ts';
import { clip, count, few, oneLine, stateWords } from '../io/text.ts';
import { type Progress, startOf, type WaveProgress } from './progress.ts';
import type { View } from './view.ts';

/** Hosts below a wave; more would push the waves off the screen. */
const MOST_LINES = 8;
const QUIET: ReadonlySet<HostState> = new Set([
  'pending',
  'staging',
  'ready',
  'confirmed',
  'reverted',
  'skipped',
]);
const FORWARD: ReadonlySet<Rollout['state']> = new Set([
  'planned',
  'awaitingApproval',
  'preflighting',
  'running',
  'paused',
]);

/** Progress on a terminal: preflight and waves as tasks, hosts that are on their way below the one that runs. */
export function createLive(output: Output, rollout: Rollout): View {
  let progress = startOf(rollout);
  let over = false;
  let ring: () => void = () => undefined;
  let changed = Promise.resolve();
  const arm = (): void => {
    changed = new Promise((resolve) => {
      ring = resolve;
    });
  };
  arm();
  const ringAll = (): void => {
    ring();
    arm();
  };

  /** A task that lasts until `state` says that it is done or has failed. */
  const task = (title: string, look: () => Step): ListrTask<object> => ({
    title,
    rendererOptions: { outputBar: MOST_LINES + 1 },
    task: async (_context, shown) => {
      for (;;) {
        const step = look();
        shown.title = clip(`${title.padEnd(18)} ${step.title}`, output.width - 4);
        if (step.end === 'failed') throw new Error(shown.title);
        if (step.end === 'passed') return;
        if (over) return shown.skip(shown.title);
        shown.output = step.lines.map((line) => clip(line, output.width - 6)).join('\n');
        await changed;
      }
    },
  });

  const tasksOf = (phase: Phase): ListrTask<object>[] =>
    phase === 'back'
      ? [task('rolling back', () => wayBack(progress))]
      : [
          task('preflight', () => preflight(progress)),
          ...progress.waves.map(({ name }) => task(name, () => waveStep(progress, name))),
        ];

  const run = async (): Promise<void> => {
    let told: Phase = 'standing';
    const isOver = (): boolean => over;
    while (!isOver()) {
      const phase = phaseOf(progress);
      if (phase === 'standing' || phase === told) {
        if (phase === 'standing') told = phase;
        await changed;
      } else {
        told = phase;
        await list(tasksOf(phase))
          .run()
          .catch(() => undefined);
      }
    }
  };
  output.line(`Watching ${rollout.id} "${oneLine(rollout.title)}" (Ctrl-C stops watching, not the rollout)`);
  const running = run();
  return {
    show: (_event, now) => {
      progress = now;
      ringAll();
    },
    note: output.note,
    end: async () => {
      over = true;
      ringAll();
      await running;
    },
  };
}

/** A list of tasks tells one of these; it is over when the phase is. */
type Phase = 'forward' | 'back' | 'standing';

function phaseOf({ state }: Progress): Phase {
  if (FORWARD.has(state)) return 'forward';
  return state === 'rollingBack' ? 'back' : 'standing';
}

function list(tasks: ListrTask<object>[]): { run: () => Promise<object> } {
  return new Listr<object>(tasks, {
    concurrent: false,
    // Ctrl-C is ours: it ends the watching, in words.
    registerSignalListeners: false,
    rendererOptions: { collapseErrors: false, showErrorMessage: false, formatOutput: 'truncate' },
  });
}

interface Step {
  title: string;
  end: 'passed' | 'failed' | null;
  lines: readonly string[];
}

function preflight({ waves, state, reason, waits }: Progress): Step {
  const states = waves.flatMap(({ hosts }) => [...hosts.values()]);
  const begun = waves.some((wave) => wave.state !== 'pending');
  const proved = states.filter((one) => one !== 'pending' && one !== 'staging').length;
  const title = `${proved} of ${count(states.length, 'host')} proved it offline`;
  if (begun || state === 'succeeded')
    return { title: `every host proved it offline`, end: 'passed', lines: [] };
  if (!FORWARD.has(state)) return { title: `${title}: ${reason}`, end: 'failed', lines: [] };
  return { title: state === 'preflighting' ? title : held(state, reason, waits), end: null, lines: [] };
}

function waveStep(progress: Progress, name: string): Step {
  const wave = progress.waves.find((one) => one.name === name);
  if (wave === undefined) return { title: 'left out', end: 'passed', lines: [] };
  const kept = [...wave.hosts.values()].filter((state) => state === 'confirmed').length;
  const title = `${kept} of ${count(wave.hosts.size, 'host')} confirmed`;
  if (wave.state === 'passed' || wave.state === 'skipped')
    return { title: `${title}, ${wave.state}`, end: 'passed', lines: [] };
  if (!FORWARD.has(progress.state))
    return { title: `${title}, ${stateWords(progress.state)}: ${progress.reason}`, end: 'failed', lines: [] };
  const stands = held(progress.state, progress.reason, progress.waits);
  return { title: `${title}, ${stands || wave.state}`, end: null, lines: onTheirWay(wave) };
}

/** Why it stands still, or nothing while it moves. */
function held(state: Rollout['state'], reason: string, waits: string | null): string {
  if (state === 'paused') return `paused: ${reason}`;
  if (state === 'awaitingApproval') return 'waits for approval';
  return waits === null ? '' : `waits: ${waits}`;
}

function wayBack({ waves, state }: Progress): Step {
  const states = waves.flatMap(({ hosts }) => [...hosts.values()]);
  const back = states.filter((one) => one === 'reverted').length;
  const title = `${count(back, 'host')} of ${states.length} back on the old configuration`;
  if (state === 'rolledBack') return { title, end: 'passed', lines: [] };
  if (state !== 'rollingBack') return { title: `${title}, ${stateWords(state)}`, end: 'failed', lines: [] };
  return { title, end: null, lines: waves.flatMap(onTheirWay).slice(0, MOST_LINES) };
}

function onTheirWay({ hosts, reasons }: WaveProgress): string[] {
  const moving = [...hosts].filter(([, state]) => !QUIET.has(state));
  const lines = moving.slice(0, MOST_LINES).map(([id, state]) => {
    const reason = oneLine(reasons.get(id) ?? '');
    return `${id.padEnd(14)} ${state}${reason ? `: ${reason}` : ''}`;
  });
  const rest = moving.slice(MOST_LINES).map(([id]) => id);
  return rest.length > 0 ? [...lines, `and ${few(rest, 3)}`] : lines;
}
