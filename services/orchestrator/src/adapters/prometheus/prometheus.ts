import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Element, QueryAnswer } from '../../core/gate-query.ts';
import type { MetricSource } from './interface.ts';

const WITHIN_MS = 5000;
const LARGEST_ANSWER = 1 << 20;
const SHOWN = 300;

export interface PrometheusOptions {
  /** IP literal: on the worst day nothing resolves a name. */
  address: string;
  port: number;
  tls?: { serverName: string; ca?: string | undefined } | undefined;
  token?: string | undefined;
}

const Sample = z.tuple([z.number(), z.string()]);
const Data = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: Sample }),
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: Sample.optional() })),
  }),
  z.object({ resultType: z.literal('matrix'), result: z.unknown() }),
  z.object({ resultType: z.literal('string'), result: z.unknown() }),
]);
const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: Data, warnings: z.array(z.string()).optional() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

const nothing = (cause: string): QueryAnswer => ({ kind: 'none', cause: cause.slice(0, SHOWN) });

/**
 * Asks a Prometheus over its HTTP API. It is waited for 5 s and read up to 1 MiB, and no redirect is followed: it could
 * lead to a name.
 * @throws when the address is no IP literal.
 */
export function prometheus({ address, port, tls, token }: PrometheusOptions): MetricSource {
  const family = isIP(address);
  if (family === 0) throw new Error(`prometheus: "${address}" is no IP address`);
  const url = `${tls ? 'https' : 'http'}://${family === 6 ? `[${address}]` : address}:${port}/api/v1/query`;
  const secure = tls && { servername: tls.serverName, ...(tls.ca !== undefined && { ca: tls.ca }) };
  const dispatcher = new Agent({
    connect: { timeout: WITHIN_MS, ...secure },
    maxResponseSize: LARGEST_ANSWER,
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return {
    async query(text, signal) {
      const body = new URLSearchParams({ query: text, timeout: `${WITHIN_MS}ms` }).toString();
      const ended = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
      try {
        const response = await request(url, { method: 'POST', headers, body, dispatcher, signal: ended });
        return readAnswer(response.statusCode, await response.body.text());
      } catch (error) {
        return nothing(`${url} was asked and ${causeOf(error)}`);
      }
    },
  };
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? `did not answer within ${WITHIN_MS}ms` : `failed: ${error.message}`;
}

/** Reads an answer of the HTTP API; whatever cannot be understood is no data. */
function readAnswer(status: number, text: string): QueryAnswer {
  const parsed = Answer.safeParse(parsedJson(text));
  if (!parsed.success) return nothing(`Prometheus answered ${status}, which cannot be read: ${text}`);
  const answer = parsed.data;
  if (answer.status === 'error') return nothing(`Prometheus refused the query: ${answer.error}`);
  if (status !== 200) return nothing(`Prometheus answered ${status}: ${text}`);
  const { data, warnings = [] } = answer;
  if (warnings.length > 0)
    return { kind: 'incomplete', cause: `Prometheus warns: ${warnings.join('; ')}`.slice(0, SHOWN) };
  switch (data.resultType) {
    case 'scalar':
      return { kind: 'values', elements: [{ labels: '', value: numberOf(data.result[1]) }] };
    case 'vector':
      return { kind: 'values', elements: data.result.map(elementOf) };
    case 'matrix':
    case 'string':
      return nothing(
        `the query gives a ${data.resultType}; write one that gives a scalar or an instant vector`,
      );
    default:
      return data satisfies never;
  }
}

/** A native histogram has no value of its own, which is no number. */
function elementOf({
  metric,
  value,
}: {
  metric: Record<string, string>;
  value?: [number, string] | undefined;
}): Element {
  const labels = Object.entries(metric).map(([name, content]) => `${name}=${content}`);
  return { labels: labels.join(', ').slice(0, SHOWN), value: numberOf(value?.[1]) };
}

/** As Prometheus writes numbers; `Number` alone would take an empty text for 0. */
function numberOf(text: string | undefined): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
