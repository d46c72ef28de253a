import { type Fleet, processOf } from '../../deploy/development/src/fleet.ts';
import { hostOf } from '../support/rollouts.ts';

/** Lets a host's daemon run for a moment and stand still for a longer one, over and over: it answers rightly, and late. */
export async function slowDown(of: Fleet, id: string): Promise<{ end: () => void }> {
  const pid = await processOf(hostOf(of, id).services.named);
  if (pid === null) throw new Error(`the daemon of ${id} does not run`);
  let timer: NodeJS.Timeout;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    try {
      process.kill(pid, name);
    } catch {
      // It was restarted, which is what comes of it.
    }
  };
  const stand = (): void => {
    signal('SIGSTOP');
    timer = setTimeout(run, 150);
  };
  const run = (): void => {
    signal('SIGCONT');
    timer = setTimeout(stand, 20);
  };
  stand();
  return {
    end: () => {
      clearTimeout(timer);
      signal('SIGCONT');
    },
  };
}
