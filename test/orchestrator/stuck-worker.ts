// An orchestrator's queue that takes a job, says so, and never comes to an end with it: to be killed by a test.
import { systemClock, type RolloutId } from '@breakwater/shared';
import { bullmqWaveQueue } from '../../services/orchestrator/src/adapters/queue/bullmq-waves.ts';

const connection = { address: '127.0.0.1', port: Number(process.argv[2]), password: null };
const log = { info: () => undefined, warn: () => undefined };
const look = (): Promise<null> => {
  console.log('looking');
  return new Promise(() => undefined);
};
const queue = bullmqWaveQueue({ connection, look, clock: systemClock, log });
for (;;) {
  try {
    await queue.wakeAt({ rollout: 'r-1' as RolloutId, part: 'wave-0' }, 0);
    break;
  } catch {
    // Not connected yet.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
