import { answerOf, type Api, type Event, type Rollout } from '../api/api.ts';
import { follow } from '../api/follow.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failures.ts';
import type { Output, Surroundings } from '../io/output.ts';
import { shown } from '../io/output.ts';
import { few, oneLine } from '../io/text.ts';
import { choices } from '../tell/choices.ts';
import { headline, howFar, inFlight, isStanding, why } from '../tell/rollout.ts';
import { eventLine } from './event-line.ts';
import { createLive } from './live.ts';
import { record, startOf } from './progress.ts';
import type { View } from './view.ts';

/** A halt is told when the hosts in flight are back; one whose agent is gone would be waited for in vain. */
const SETTLE_MS = 60_000;

const CODES: Readonly<Partial<Record<Rollout['state'], ExitCode>>> = {
  succeeded: EXIT.done,
  halted: EXIT.halted,
  rolledBack: EXIT.rolledBack,
  aborted: EXIT.aborted,
};

/**
 * Follows a rollout until there is no more to come without a person: it succeeded, halted, was rolled back or aborted.
 * @returns the exit code for how it ended.
 */
export async function watch(api: Api, output: Output, around: Surroundings, id: string): Promise<ExitCode> {
  const { clock, signal } = around;
  const path = { params: { path: { id } } };
  const look = async (): Promise<Rollout> =>
    shown(output, await answerOf(api.client.GET('/v1/rollouts/{id}', path)));
  const first = await look();
  const progress = startOf(first);
  const view = viewFor(output, first);
  try {
    let last: Rollout | null = null;
    for await (const event of follow(api, id, { clock, signal, onGap: view.note })) {
      if (event !== null) {
        record(progress, shown(output, event));
        view.show(event, progress);
      } else if (isStanding(progress)) {
        const now = await look();
        // What has been told may be history: it was taken up again since.
        last = now.state === progress.state && isSettled(now, clock.now()) ? now : null;
      }
      if (last !== null) break;
    }
    await view.end();
    if (last === null) throw interrupted(id);
    return tellEnd(output, last);
  } finally {
    await view.end();
  }
}

function isSettled(rollout: Rollout, now: number): boolean {
  return inFlight(rollout).length === 0 || now - Date.parse(rollout.since) > SETTLE_MS;
}

function viewFor(output: Output, rollout: Rollout): View {
  if (output.live) return createLive(output, rollout);
  const tell = (event: Event): void => {
    output.data(event, 'line');
    const line = eventLine(event);
    if (line !== null) output.line(line);
  };
  if (!output.json) output.line(`Watching ${rollout.id} "${oneLine(rollout.title)}", ${howFar(rollout)}`);
  return { show: tell, note: output.note, end: async () => undefined };
}

function tellEnd(output: Output, rollout: Rollout): ExitCode {
  const code = CODES[rollout.state] ?? EXIT.failed;
  output.data({ type: 'result', exitCode: code, rollout }, 'line');
  output.line(`${headline(rollout)}: ${howFar(rollout)}.`, code === EXIT.done ? 'green' : 'red');
  if (code !== EXIT.done) output.line(`  ${why(rollout)}`);
  const moving = inFlight(rollout);
  if (moving.length > 0) output.line(`  Still on their way, or not heard of: ${few(moving)}`);
  for (const choice of choices(rollout)) output.line(`  ${choice}`);
  return code;
}

function interrupted(id: string): Failure {
  return new Failure(EXIT.interrupted, `no longer watching; ${id} goes on`, [
    `breakwater pause ${id} --reason "…"   takes no further host`,
    `breakwater watch ${id}   follows it again`,
  ]);
}
