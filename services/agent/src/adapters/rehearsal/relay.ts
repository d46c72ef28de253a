// The first process of a stage, started by stage.ts: it starts the daemon, and carries DNS messages between the agent, which
// cannot enter the stage, and the daemon, which cannot leave it. It knows nothing of DNS but that a message begins with an id.
// It imports as little as it can: every rehearsal waits for its start.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { exchangeTcp, exchangeUdp } from '../dns/exchange.ts';
import type { FromRelay, ToRelay } from './relay-protocol.ts';

const MAX_LOG = 64 * 1024;

const [log = '', memoryKib = '', ...daemon] = process.argv.slice(2);

function tell(message: FromRelay): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function carry(order: Extract<ToRelay, { do: 'carry' }>): Promise<string> {
  const { transport, server, timeoutMs } = order;
  const query = Buffer.from(order.query, 'base64');
  const exchange = transport === 'udp' ? exchangeUdp : exchangeTcp;
  return exchange(server, query, timeoutMs, (response) =>
    response.subarray(0, 2).equals(query.subarray(0, 2)) ? response.toString('base64') : null,
  );
}

async function serve(order: ToRelay): Promise<void> {
  const { id } = order;
  try {
    const content = order.do === 'carry' ? await carry(order) : (await readFile(log, 'utf8')).slice(-MAX_LOG);
    tell({ is: 'reply', id, content });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    tell({ is: 'error', id, cause, code: codeOf(error) });
  }
}

/** The system's error stands behind the words that were found for it. */
function codeOf(error: unknown): string | null {
  const system = error instanceof Error ? error.cause : null;
  return system instanceof Error && 'code' in system ? String(system.code) : null;
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null
    ? `exited with status ${code}`
    : `killed by signal ${constants.signals[signal]} (${signal})`;
}

// What it says before it has opened its log goes there too. What the agent was started with is not for it to see.
const script = 'ulimit -v "$1"; exec 2>>"$2"; shift 2; exec env -i PATH="$PATH" LANG=C "$@"';
const child = spawn('sh', ['-c', script, 'sh', memoryKib, log, ...daemon], { stdio: 'ignore' });
child.on('error', (error) => tell({ is: 'exited', how: `did not start: ${error.message}` }));
child.on('exit', (code, signal) => tell({ is: 'exited', how: howItEnded(code, signal) }));
tell({ is: 'ready' });

createInterface({ input: process.stdin })
  .on('line', (line) => void serve(JSON.parse(line) as ToRelay))
  // The agent has let go, or is dead. With the first process of a process namespace everything in it ends.
  // oxlint-disable-next-line unicorn/no-process-exit -- a daemon that ignores every signal would keep it alive
  .on('close', () => process.exit(0));
