import type { Operator } from '../adapters/http/interface.ts';
import type { Line } from '../core/line.ts';
import { chain } from './chain.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Stops the line, or starts it again. Once the answer is out, no rollout takes a further host. */
export async function setLine(
  { store, clock, wakeups, watch }: EngineDeps,
  engine: Engine,
  stopped: boolean,
  by: Operator,
  reason: string,
): Promise<Line> {
  return engine.inTurn(async () => {
    for (;;) {
      const { head, line } = await store.snapshot();
      if (line.stopped === stopped) return line;
      const now = clock.now();
      const next: Line = { stopped, by: by.name, reason, since: now };
      const type = stopped ? 'line.stopped' : 'line.started';
      const events = chain(head, [{ type, by: by.name, reason }], now);
      if ((await store.commit({ expected: head, events, line: next })) === 'conflict') continue;
      // Every host is answered anew at once: grants on their way are withheld, or given again.
      await wakeups.publish({ hosts: watch.roster.hosts().map((host) => host.id), head: events[0].seq });
      return next;
    }
  });
}
