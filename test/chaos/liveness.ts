import { setTimeout as pause } from 'node:timers/promises';
import type { Rollout } from '../../deploy/development/src/api.ts';
import { dig } from '../support/rollouts.ts';
import type { ChaosFleet } from './chaos-fleet.ts';

/** States in which a rollout may stay: it is over, or it waits for a person who has been told. */
const AT_REST = ['succeeded', 'rolledBack', 'aborted', 'halted', 'paused', 'awaitingApproval'];
const MOVING = ['staging', 'applying', 'verifying', 'soaking', 'reverting'];

interface Host {
  id: string;
  health: { verdict: string; reason: string };
  applied: string | null;
  confirmed: string | null;
}

/**
 * What does not come to rest although nothing is wrong any more.
 * @returns a sentence for each, as of the moment at which patience ended; empty as soon as all is well.
 */
export async function unrest(
  chaos: ChaosFleet,
  rollouts: readonly string[],
  withinMs: number,
): Promise<string[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look(chaos, rollouts).catch((error: unknown) => [
      `nobody can tell: ${String(error)}`,
    ]);
    if (found.length === 0 || performance.now() > deadline) return found;
    await pause(500);
  }
}

async function look({ fleet }: ChaosFleet, rollouts: readonly string[]): Promise<string[]> {
  const read = async <T>(api: string, path: string): Promise<T> => {
    const headers = { authorization: `Bearer ${fleet.token}` };
    const response = await fetch(api + path, { headers, signal: AbortSignal.timeout(3000) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  await Promise.all(fleet.apis.map((api) => read(api, '/readyz')));
  const { items } = await read<{ items: Host[] }>(fleet.api, '/v1/hosts?limit=500');
  const live = await Promise.all(rollouts.map((id) => read<Rollout>(fleet.api, `/v1/rollouts/${id}`)));
  const answers = await Promise.all(
    fleet.hosts.map(async (host) => [host.id, await dig(host, 'www.example.com', 'A')] as const),
  );
  return [
    ...items
      .filter(({ health }) => health.verdict !== 'pass')
      .map(({ id, health }) => `${id}: ${health.reason}`),
    ...items
      .filter(({ applied, confirmed }) => applied !== confirmed)
      .map(({ id }) => `${id} runs what nobody has confirmed`),
    ...live.filter(({ state }) => !AT_REST.includes(state)).map(({ id, state }) => `${id} is ${state}`),
    ...live.flatMap(({ id, waves }) =>
      waves
        .flatMap((wave) => wave.hosts)
        .filter(({ state }) => MOVING.includes(state))
        .map((host) => `${host.id} is ${host.state} in ${id}`),
    ),
    ...answers
      .filter(([, answer]) => !answer.startsWith('NOERROR '))
      .map(([id, answer]) => `${id} answers ${answer}`),
  ];
}
