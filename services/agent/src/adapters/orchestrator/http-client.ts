import { BUNDLE_LIMITS, Digest, Manifest, PollResponse, parse } from '@breakwater/shared';
import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { OrchestratorClient } from './interface.ts';

const BundleAnswer = z.strictObject({ digest: Digest, manifest: Manifest });

const CONNECT_MS = 2000;
/** What is given to network and orchestrator on top of the time that they were asked to wait: one that hangs is left by then. */
const GRACE_MS = 3000;
const FILE_WITHIN_MS = 30_000;
/** A manifest of the largest bundle has about 7 MiB. */
const LARGEST_ANSWER = Math.max(BUNDLE_LIMITS.fileBytes, 16 << 20);

export interface HttpClientOptions {
  /** Base URLs with IP literals: on the way to a revert nothing may ask a resolver. */
  orchestrators: readonly string[];
  token: string;
  /** Chooses the one that is asked first: a number from 0 up to 1. */
  random: () => number;
}

interface Call {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
  withinMs: number;
  signal?: AbortSignal;
}

/** Speaks to the orchestrator over HTTP: whichever address answered last, then the others in turn. */
export function httpClient({ orchestrators, token, random }: HttpClientOptions): OrchestratorClient {
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS }, maxResponseSize: LARGEST_ANSWER });
  // Agents of a fleet do not all begin with the same orchestrator, and not all of them notice when it hangs.
  let first = Math.floor(random() * orchestrators.length);
  /** For each address, ends what still waits for it. */
  const left = orchestrators.map(() => new AbortController());

  /** An orchestrator that hangs holds polls open for as long as one that works: when one call gives it up, all do. */
  function leave(index: number): void {
    left[index]?.abort();
    left[index] = new AbortController();
  }

  async function call<T>(
    asked: Call,
    read: (body: Dispatcher.ResponseData['body']) => Promise<T>,
  ): Promise<T> {
    const failures: unknown[] = [];
    // Another call may choose another first one meanwhile; this one still asks each of them once.
    const start = first;
    for (let turn = 0; turn < orchestrators.length; turn += 1) {
      const index = (start + turn) % orchestrators.length;
      try {
        const given = [asked.signal, left[index]?.signal].filter((signal) => signal !== undefined);
        const patient = { ...asked, signal: AbortSignal.any(given) };
        const result = await read(
          await send(`${orchestrators[index]}${asked.path}`, patient, { dispatcher, token }),
        );
        first = index;
        return result;
      } catch (error) {
        if (asked.signal?.aborted) throw error;
        failures.push(error);
        if (orchestrators.length > 1 && isSilence(error)) leave(index);
      }
    }
    const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new AggregateError(failures, `no orchestrator answered ${asked.path}: ${reasons.join('; ')}`);
  }

  return {
    poll: (body, signal) => {
      const withinMs = body.waitMs + GRACE_MS;
      const asked = {
        method: 'POST',
        path: '/agent/v1/poll',
        body: JSON.stringify(body),
        withinMs,
        signal,
      } as const;
      return call(asked, async (answer) => parse(PollResponse, await answer.json()));
    },
    manifest: (bundle) =>
      call(
        { method: 'GET', path: `/agent/v1/bundles/${bundle}`, withinMs: FILE_WITHIN_MS },
        async (answer) => {
          return parse(BundleAnswer, await answer.json()).manifest;
        },
      ),
    file: (digest) =>
      call({ method: 'GET', path: `/agent/v1/files/${digest}`, withinMs: FILE_WITHIN_MS }, async (answer) => {
        const content = new Uint8Array(await answer.arrayBuffer());
        if (content.length <= BUNDLE_LIMITS.fileBytes) return content;
        throw new Error(`file ${digest} has ${content.length} bytes, more than any bundle may hold`);
      }),
  };
}

/** Nothing came in time; whoever refuses a connection or answers with an error says so at once. */
function isSilence(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
}

const SHOWN = 500;

async function send(
  url: string,
  { method, body, withinMs, signal }: Call,
  { dispatcher, token }: { dispatcher: Dispatcher; token: string },
): Promise<Dispatcher.ResponseData['body']> {
  const deadline = AbortSignal.timeout(withinMs);
  const response = await request(url, {
    method,
    dispatcher,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
    headersTimeout: withinMs,
    bodyTimeout: withinMs,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  if (response.statusCode === 200) return response.body;
  const detail = (await response.body.text()).slice(0, SHOWN);
  throw new Error(`${url} answered ${response.statusCode}: ${detail}`);
}
