import type { Digest, HostId, PollRequest, PollResponse } from '@breakwater/shared';
import type { OrchestratorClient } from '../../services/agent/src/adapters/orchestrator/interface.ts';
import type { AgentDesk } from '../../services/orchestrator/src/adapters/http/interface.ts';
import type { Machine, World } from './interfaces.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Process } from './timeline.ts';

/** For how long a grant holds. */
export const LEASE_MS = 30_000;
const REFUSED_MS = 2;
const FETCH_WITHIN_MS = 5000;

/** What an agent says to orchestrators: whichever answered last, then the others in turn, over the simulated network. */
export class Client implements OrchestratorClient {
  #first = 0;
  readonly #world: World;
  readonly #host: HostId;
  readonly #machine: Machine;
  readonly #process: Process;

  constructor(world: World, machine: Machine, process: Process) {
    this.#world = world;
    this.#host = machine.id;
    this.#machine = machine;
    this.#process = process;
  }

  async poll(request: PollRequest): Promise<PollResponse> {
    const { judge, settings } = this.#world;
    const host = this.#host;
    const askedAt = this.#process.monotonic();
    const response = await this.#inTurn(request.waitMs + settings.graceMs, async (orchestrator, signal) => {
      const answer = await orchestrator.desk.poll(host, request, signal);
      if (answer.assignment !== null) judge.answered(orchestrator, host, answer.assignment, request.sequence);
      return answer;
    });
    const { assignment } = response;
    if (assignment?.step === 'apply') {
      const granted = { askedAt, epoch: assignment.epoch };
      this.#machine.grants = [...this.#machine.grants.slice(-20), granted];
      if (this.#process.monotonic() - askedAt > LEASE_MS) this.#world.count('grant later than its lease');
    }
    return response;
  }

  manifest(bundle: Digest): ReturnType<AgentDesk['manifest']> {
    return this.#inTurn(FETCH_WITHIN_MS, ({ desk }) => desk.manifest(bundle));
  }

  file(sha256: Digest): Promise<Uint8Array> {
    return this.#inTurn(FETCH_WITHIN_MS, ({ desk }) => desk.file(sha256));
  }

  async #inTurn<T>(
    withinMs: number,
    ask: (orchestrator: Orchestrator, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const count = this.#world.orchestrators.length;
    for (let turn = 0; turn < count; turn += 1) {
      const index = (this.#first + turn) % count;
      try {
        const answer = await this.#ask(index, withinMs, ask);
        this.#first = index;
        return answer;
      } catch {
        // The next one, if there is one.
      }
    }
    throw new Error('no orchestrator answered');
  }

  #ask<T>(
    index: number,
    withinMs: number,
    ask: (orchestrator: Orchestrator, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { network } = this.#world;
    const gone = new AbortController();
    return new Promise<T>((resolve, reject) => {
      const cancel = this.#process.setTimer(withinMs, () => {
        gone.abort();
        reject(new Error('no answer in time'));
      });
      const settle = (act: () => void): void => {
        network.send(this.#host, index, 'down', () =>
          this.#process.do(() => {
            cancel();
            act();
          }),
        );
      };
      const broken = (): void => settle(() => reject(new Error('the connection broke')));
      network.send(this.#host, index, 'up', () => {
        const orchestrator = this.#world.orchestrators[index];
        if (!orchestrator || orchestrator.process.dead || !orchestrator.knows(this.#host))
          return void this.#world.timeline.after(REFUSED_MS, broken);
        orchestrator.process.do(() => {
          orchestrator.onDeath.add(broken);
          ask(orchestrator, gone.signal)
            .then((answer) => settle(() => resolve(answer)), broken)
            .finally(() => orchestrator.onDeath.delete(broken));
        });
      });
    });
  }
}
