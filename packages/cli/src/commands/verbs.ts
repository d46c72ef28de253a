import { answerOf, type Rollout } from '../api/api.ts';
import { count, few, oneLine } from '../io/text.ts';
import type { Context, Root, Run } from '../run.ts';
import { currentWave, hostsOf, rolloutLines, waveName } from '../tell/rollout.ts';
import { REASON, rolloutId } from './arguments.ts';
import { oneRollout } from './status.ts';

const FAILED: ReadonlySet<string> = new Set(['failed', 'reverting', 'reverted', 'revertFailed', 'lost']);

type Verb = 'approve' | 'pause' | 'resume' | 'abort' | 'rollback';

const VERBS: readonly [Verb, string][] = [
  ['approve', 'let the wave that waits go ahead'],
  ['pause', 'take no further host; what is in flight goes on'],
  ['resume', 'go on after a pause or a halt'],
  ['abort', 'end a rollout; hosts that keep the change stay so'],
  ['rollback', 'take the change back, the newest wave first'],
];

/** What is asked before a verb that makes hosts change; the ones that stop something ask nothing. */
function question(verb: Verb, rollout: Rollout): string | null {
  const { id, title, state } = rollout;
  const about = `${id} "${oneLine(title)}"`;
  const ahead = hostsOf(rollout).filter((host) => host.state !== 'confirmed' && host.state !== 'skipped');
  const waves = rollout.waves.filter((wave) => wave.state !== 'passed' && wave.state !== 'skipped');
  switch (verb) {
    case 'approve': {
      const wave = currentWave(rollout);
      const now =
        wave === undefined
          ? 'no wave'
          : `wave ${waveName(wave)}: ${count(wave.hosts.length, 'host')} (${few(
              wave.hosts.map((host) => host.id),
              4,
            )})`;
      return `Approve ${about}, ${now}; ${count(ahead.length, 'host')} in ${count(waves.length, 'wave')} are still to come`;
    }
    case 'resume':
      return `Resume ${about}: ${count(ahead.length, 'host')} in ${count(waves.length, 'wave')} are still to come`;
    case 'rollback': {
      // In the middle of an incident the way back is the quick way; of a change that is in service it is a change.
      const kept = hostsOf(rollout).filter((host) => host.state === 'confirmed').length;
      return state === 'succeeded'
        ? `Roll back ${about}, which has succeeded: ${count(kept, 'host')} will change`
        : null;
    }
    case 'pause':
    case 'abort':
      return null;
    default:
      return verb satisfies never;
  }
}

export function addVerbs(root: Root, run: Run): void {
  for (const [verb, description] of VERBS) {
    root
      .command(verb)
      .description(description)
      .argument('<rollout>', 'its id, such as r-42', rolloutId)
      .requiredOption(...REASON)
      .action((id, { reason }) => run((context) => steer(context, verb, id, reason)));
  }
  addHostVerbs(root, run);
}

async function steer(context: Context, verb: Verb, id: string, reason: string): Promise<void> {
  const { api, shown, confirm } = context;
  const params = { path: { id } };
  if (verb === 'approve') {
    const rollout = shown(await oneRollout(api, id));
    const wave = currentWave(rollout);
    await confirm(question(verb, rollout) ?? '');
    // The wave that was looked at, and no other: it may have been approved, and another one may wait by now.
    const body = { reason, ...(wave !== undefined && { wave: waveName(wave) }) };
    return tell(
      context,
      shown(await answerOf(api.client.POST('/v1/rollouts/{id}/approve', { params, body }))),
    );
  }
  // What only stops is sent at once, without a look before.
  if (verb === 'resume' || verb === 'rollback') {
    const asked = question(verb, shown(await oneRollout(api, id)));
    if (asked !== null) await confirm(asked);
  }
  tell(
    context,
    shown(await answerOf(api.client.POST(`/v1/rollouts/{id}/${verb}`, { params, body: { reason } }))),
  );
}

function tell({ output }: Context, rollout: Rollout): void {
  output.data(rollout);
  for (const line of rolloutLines(rollout)) output.line(line);
}

/** Leaving out a host that has failed only ends its trouble; any other would have got the change. */
function hostQuestion(verb: 'retry' | 'skip', host: string, rollout: Rollout): string | null {
  const about = `${host}, in ${rollout.id} "${oneLine(rollout.title)}"`;
  if (verb === 'retry') return `Retry ${count(1, 'host')}, ${about}`;
  const state = hostsOf(rollout).find(({ id }) => id === host)?.state;
  return state !== undefined && FAILED.has(state)
    ? null
    : `Skip ${count(1, 'host')}, ${about}, which has not failed`;
}

function addHostVerbs(root: Root, run: Run): void {
  const verbs = [
    ['retry', 'let a host that has failed or was skipped try again'],
    ['skip', 'leave a host out of a rollout'],
  ] as const;
  for (const [verb, description] of verbs) {
    root
      .command(verb)
      .description(description)
      .argument('<rollout>', 'its id, such as r-42', rolloutId)
      .argument('<host>', 'the id of the host')
      .requiredOption(...REASON)
      .action((id, host, { reason }) =>
        run(async (context) => {
          const { api, shown, confirm } = context;
          const asked = hostQuestion(verb, host, shown(await oneRollout(api, id)));
          if (asked !== null) await confirm(asked);
          const params = { path: { id } };
          const call = api.client.POST(`/v1/rollouts/{id}/${verb}`, { params, body: { reason, host } });
          const answer = shown(await answerOf(call));
          context.output.line(`${host} ${verb === 'skip' ? 'is left out' : 'tries again'}.`);
          tell(context, answer);
        }),
      );
  }
}
