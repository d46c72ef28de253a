import { type Attempt, Unreachable } from '../failures.ts';

export interface FailoverOptions {
  /** Origins, tried in turn. */
  addresses: readonly string[];
  fetch?: typeof fetch;
  /** How long one address may take to answer a read, and a write: a submission brings up to 64 MiB. */
  readMs?: number;
  writeMs?: number;
}

/** Sends a request to the first orchestrator that can serve it. Its own origin does not matter. */
export type Send = (request: Request, kind?: 'whole' | 'stream') => Promise<Response>;

/**
 * Every orchestrator works on the same store, so whichever answers will do. A request goes on to the next address,
 * as it is and under the same Idempotency-Key, when one cannot be reached, takes too long, or says that it cannot serve
 * (503). The one that answered last is asked first.
 */
export function failover(options: FailoverOptions): Send {
  const { addresses, fetch: ask = fetch, readMs = 5000, writeMs = 60_000 } = options;
  let preferred = 0;

  async function attempt(address: string, request: Request, body: ArrayBuffer | null, kind: string) {
    const { pathname, search } = new URL(request.url);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), request.method === 'GET' ? readMs : writeMs);
    try {
      const response = await ask(address + pathname + search, {
        method: request.method,
        headers: request.headers,
        body,
        // A token goes where it was told to, and nowhere else.
        redirect: 'error',
        signal: AbortSignal.any([request.signal, late.signal]),
      });
      if (kind === 'stream') return response;
      // Read here, so that an answer that stops halfway counts as none.
      const whole = await response.arrayBuffer();
      return new Response(whole.byteLength > 0 ? whole : null, response);
    } catch (error) {
      request.signal.throwIfAborted();
      throw late.signal.aborted ? new Error('it did not answer in time') : error;
    } finally {
      clearTimeout(timer);
    }
  }

  return async (request, kind = 'whole') => {
    const body = request.body === null ? null : await request.arrayBuffer();
    const attempts: Attempt[] = [];
    let unable: Response | undefined;
    for (const index of addresses.keys().map((step) => (preferred + step) % addresses.length)) {
      const address = addresses[index] ?? '';
      try {
        const response = await attempt(address, request, body, kind);
        if (response.status !== 503) {
          preferred = index;
          return response;
        }
        unable ??= response;
      } catch (error) {
        request.signal.throwIfAborted();
        attempts.push({ address, fault: faultOf(error) });
      }
    }
    if (unable !== undefined) return unable;
    throw new Unreachable(
      attempts.toSorted((a, b) => addresses.indexOf(a.address) - addresses.indexOf(b.address)),
    );
  };
}

const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of more CAs)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of more CAs)',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of more CAs)',
};

/** What went wrong on the way; fetch puts it below a "fetch failed" that says nothing. */
function faultOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error & { code?: string } };
  return FAULTS[cause?.code ?? ''] ?? cause?.message ?? message;
}
