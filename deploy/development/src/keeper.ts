/**
 * Holds everything of a fleet that must not outlive it: processes, addresses, files. It runs in a session of its own,
 * where Ctrl-C in a terminal does not reach it, and ends everything when its channel to the fleet's starter closes.
 * The kernel closes that channel however the starter ends, also by `kill -9`; so this is the only teardown there is.
 *
 *   node keeper.ts [RUN_DIR]      RUN_DIR is kept at the end; without one, a temporary folder is made and removed
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AddressError, createAddressBook } from './addresses.ts';
import type { Answer, Ask } from './keeper-protocol.ts';
import { fleetPaths } from './layout.ts';
import { createSupervisors, type Supervisors } from './supervisors.ts';

const given = process.argv[2];
const addresses = createAddressBook();
let runDir = '';
let supervisors: Supervisors | null = null;

function tell(answer: Answer): void {
  // Whoever listened may be gone; that is about to be noticed as a closed channel.
  if (process.connected) process.send?.(answer, undefined, {}, () => undefined);
}

async function prepare(): Promise<void> {
  runDir = given ?? (await mkdtemp(join(tmpdir(), 'breakwater-')));
  supervisors = createSupervisors(runDir);
  await mkdir(fleetPaths(runDir).logs, { recursive: true });
  tell({ answer: 'ready', runDir });
}

async function carryOut(ask: Ask): Promise<Answer> {
  switch (ask.ask) {
    case 'addresses':
      return { answer: 'addresses', addresses: await addresses.claim(ask.count, ask.range) };
    case 'start':
      await supervisors?.start(ask.services);
      return { answer: 'started' };
  }
}

async function answerTo(ask: Ask): Promise<void> {
  try {
    tell(await carryOut(ask));
  } catch (error) {
    const why = error instanceof AddressError ? error.message : `the keeper failed: ${String(error)}`;
    tell({ answer: 'refused', why });
  }
}

// One thing after another, the teardown included: nothing may be added behind its back.
let work: Promise<void> = Promise.resolve();
let ending = false;

/** Ends everything. Each step is taken even if the one before it failed. */
async function tearDown(): Promise<void> {
  const complain = (error: unknown): void => console.error(`keeper: ${String(error)}`);
  await supervisors?.end().catch(complain);
  await addresses.release().catch(complain);
  if (given === undefined && runDir !== '')
    await rm(runDir, { recursive: true, force: true, maxRetries: 3 }).catch(complain);
}

function end(): void {
  if (ending) return;
  ending = true;
  // With the channel closed and all children gone, nothing keeps this process any longer.
  work = work.then(tearDown).finally(() => process.connected && process.disconnect());
}

process.on('message', (ask: Ask) => {
  if (!ending) work = work.then(() => answerTo(ask));
});
process.on('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
// The terminal or pipe behind it may be gone by the time that there is something to complain about.
process.stderr.on('error', () => undefined);
// The starter may have been killed while this program was being loaded, before anybody listened for that.
if (!process.connected) end();
else work = work.then(prepare);
