import { compose } from './compose.ts';
import { readConfig } from './config.ts';

const orchestrator = await compose(readConfig());
await orchestrator.start();

// Nothing has to be finished before the end: every decision is in the store, and whoever starts next goes on.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    // An agent's open poll must not keep a stopped orchestrator alive.
    const end = (): never => process.exit(0);
    orchestrator.stop().then(end, end);
  });
}
