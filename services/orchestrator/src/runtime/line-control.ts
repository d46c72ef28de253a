import type { Caller } from '../adapters/http/interface.ts';
import type { Line } from '../core/line.ts';
import { chain } from './chain.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { doneBefore, underKey } from './once.ts';

/** Stops the line, or starts it again. Once the answer is out, no rollout takes a further host. */
export async function setLine(
  { store, clock, wakeups, watch }: EngineDeps,
  engine: Engine,
  stopped: boolean,
  by: Caller,
  reason: string,
): Promise<Line> {
  return engine.inTurn(async () => {
    for (;;) {
      const { head, line } = await store.snapshot();
      if (line.stopped === stopped || (await doneBefore(store, by))) return line;
      const now = clock.now();
      const next: Line = { stopped, by: by.name, reason, since: now };
      const type = stopped ? 'line.stopped' : 'line.started';
      const events = chain(head, [{ type, by: by.name, reason }], now);
      const saved = await store.commit({ expected: head, events, line: next, ...underKey(by, null) });
      if (saved === 'conflict') continue;
      // Every host is answered anew at once: grants on their way are withheld, or given again.
      await wakeups.publish({ hosts: watch.roster.hosts().map((host) => host.id), head: events[0].seq });
      return next;
    }
  });
}
