import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import { StartError } from './errors.ts';
import { logOf } from './service.ts';

async function lastWords(runDir: string, service: string): Promise<string> {
  const log = await readFile(logOf(runDir, service), 'utf8').catch(() => '');
  return log.split('\n').slice(-15).join('\n');
}

/**
 * Looks again and again until nothing is missing.
 * @param missing says what is still waited for, or `null`; whatever it throws counts as still missing.
 * @throws StartError with the orchestrator's last words when it takes longer than `withinMs`.
 */
async function until(
  missing: () => Promise<string | null>,
  withinMs: number,
  runDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    const reason = await missing().catch(String);
    if (reason === null) return;
    if (Date.now() > deadline) {
      const words = await lastWords(runDir, 'orchestrator');
      throw new StartError(
        `the fleet did not become ready: ${reason}\nThe orchestrator's last words:\n${words}`,
      );
    }
    await sleep(50);
  }
}

/** Waits until the orchestrator can be asked. */
export function waitUntilAnswering(api: Api, runDir: string, signal?: AbortSignal): Promise<void> {
  const missing = async (): Promise<string | null> =>
    (await api.ready()) ? null : 'the orchestrator is not ready';
  return until(missing, 30_000, runDir, signal);
}

/** Waits until every host has adopted its configuration and answers well. */
export function waitUntilReady(
  api: Api,
  expected: number,
  runDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const missing = async (): Promise<string | null> => {
    const hosts = await api.hosts();
    const unwell = hosts.find(({ health, applied }) => health.verdict !== 'pass' || applied === null);
    if (unwell !== undefined) return `${unwell.id} is not healthy yet: ${unwell.health.reason}`;
    return hosts.length === expected ? null : `${hosts.length} of ${expected} hosts are known`;
  };
  return until(missing, 30_000 + expected * 500, runDir, signal);
}
