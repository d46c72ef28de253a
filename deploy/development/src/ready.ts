import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import { StartError } from './errors.ts';
import { logOf } from './service.ts';

/** What the fleet still waits for, in words, or `null` when it is ready. */
async function missing(api: Api, expected: number): Promise<string | null> {
  try {
    if (!(await api.ready())) return 'the orchestrator says that it is not ready';
    const hosts = await api.hosts();
    const unwell = hosts.find(({ health, generation }) => health.verdict !== 'pass' || generation === null);
    if (unwell !== undefined) return `${unwell.id} is not healthy yet: ${unwell.health.reason}`;
    return hosts.length === expected ? null : `${hosts.length} of ${expected} hosts are known`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function lastWords(runDir: string, service: string): Promise<string> {
  const log = await readFile(logOf(runDir, service), 'utf8').catch(() => '');
  return log.split('\n').slice(-15).join('\n');
}

/**
 * Waits until the orchestrator is ready and every host has adopted its configuration and answers well.
 * @throws StartError with the orchestrator's last words when it takes too long.
 */
export async function waitUntilReady(
  api: Api,
  hosts: number,
  runDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + 30_000 + hosts * 500;
  for (;;) {
    const reason = await missing(api, hosts);
    if (reason === null) return;
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      const words = await lastWords(runDir, 'orchestrator');
      throw new StartError(
        `the fleet did not become ready: ${reason}\nThe orchestrator's last words:\n${words}`,
      );
    }
    await sleep(100);
  }
}
