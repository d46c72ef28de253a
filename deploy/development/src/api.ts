import type {
  HostState,
  LocatedVerdict,
  RolloutState,
  Verdict,
  WaveKind,
  WaveState,
} from '@breakwater/shared';

/** A rollout, as far as the development fleet looks at it. */
export interface Rollout {
  id: string;
  state: RolloutState;
  verdict: LocatedVerdict | null;
  waves: {
    kind: WaveKind;
    datacenter?: string;
    state: WaveState;
    hosts: { id: string; state: HostState; verdict?: Verdict }[];
  }[];
  createdAt: string;
  detectedAt: string | null;
  haltedAt: string | null;
  pagedAt: string | null;
}

/** One line of a rollout's event log. */
export interface RolloutEvent {
  seq: number;
  at: string;
  type: string;
  wave?: string;
  host?: string;
  /** Who asks the host, in what is said of vantage checks. */
  point?: string;
  from?: string;
  to?: string;
  verdict?: LocatedVerdict;
}

/** A host, as far as the development fleet looks at it. */
export interface HostItem {
  id: string;
  health: Verdict;
  applied: string | null;
}

/** The orchestrator refused a request, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

export interface Api {
  ready(): Promise<boolean>;
  hosts(): Promise<HostItem[]>;
  submit(submission: unknown): Promise<Rollout>;
  rollout(id: string): Promise<Rollout>;
  /** The events of a rollout from its first on, going on until `signal` aborts or the connection ends. */
  events(id: string, signal: AbortSignal): AsyncGenerator<RolloutEvent>;
}

/** Joins the chunks of a stream to the texts between empty lines: the events of a text/event-stream. */
async function* eventBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
}

export function createApi(url: string, token: string): Api {
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(init.headers as Record<string, string> | undefined),
    };
    const response = await fetch(url + path, { ...init, headers });
    if (!response.ok) throw new ApiError(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const read = async <T>(path: string, init?: RequestInit): Promise<T> =>
    (await (await request(path, init)).json()) as T;

  return {
    ready: async () => (await fetch(`${url}/readyz`)).ok,
    hosts: async () => {
      const items: HostItem[] = [];
      for (let path: string | null = '/v1/hosts'; path !== null; ) {
        const page: { items: HostItem[]; next: string | null } = await read(path);
        items.push(...page.items);
        path = page.next === null ? null : `/v1/hosts?after=${encodeURIComponent(page.next)}`;
      }
      return items;
    },
    submit: (submission) =>
      read('/v1/rollouts', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(submission),
      }),
    rollout: (id) => read(`/v1/rollouts/${id}`),
    events: async function* (id, signal) {
      const headers = { accept: 'text/event-stream' };
      const { body } = await request(`/v1/rollouts/${id}/events`, { headers, signal });
      if (body === null) return;
      for await (const block of eventBlocks(body)) {
        const data = block.split('\n').find((line) => line.startsWith('data:'));
        if (data !== undefined) yield JSON.parse(data.slice('data:'.length)) as RolloutEvent;
      }
    },
  };
}
