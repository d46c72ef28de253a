import { randomInt } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { type Clock, systemClock } from '@breakwater/shared';
import type { Answer, Question } from '../../core/answer.ts';
import { type Exchange, exchangeTcp, exchangeUdp, type Server } from './exchange.ts';
import type { DnsClient } from './interface.ts';
import { readResponse, toAnswer } from './message.ts';
import { askedName, encodeQuestion } from './query.ts';

/** How messages travel: over sockets of this process, or by way of a process that stands elsewhere. */
export interface Exchanges {
  udp: Exchange;
  tcp: Exchange;
}

const OWN_SOCKETS: Exchanges = { udp: exchangeUdp, tcp: exchangeTcp };

/**
 * A client for one name server, at its service address and at loopback on the same port. Every question has a socket
 * and an id of its own, and leaves from `source` where that is given.
 * @throws when an address is no IP literal: it would be looked up, by the very service that is being judged.
 */
export function dnsClient({
  clock = systemClock,
  exchanges = OWN_SOCKETS,
  ...server
}: Server & { clock?: Clock; exchanges?: Exchanges }): DnsClient {
  for (const address of [server.address, server.source ?? server.address]) {
    if (isIP(address) === 0) throw new Error(`"${address}" is no IP address`);
  }
  const loopback = { address: isIPv6(server.address) ? '::1' : '127.0.0.1', port: server.port };
  return {
    async ask(question) {
      const started = clock.monotonic();
      const latency = (): number => clock.monotonic() - started;
      try {
        return await ask(question.at === 'loopback' ? loopback : server, exchanges, question, latency);
      } catch (error) {
        return { kind: 'none', ...causeOf(error), latencyMs: latency() };
      }
    },
  };
}

function causeOf(error: unknown): { cause: string; refused?: true } {
  if (!(error instanceof Error)) return { cause: String(error) };
  const { message: cause, cause: system } = error;
  const refused = system instanceof Error && 'code' in system && system.code === 'ECONNREFUSED';
  return refused ? { cause, refused } : { cause };
}

async function ask(
  server: Server,
  { udp, tcp }: Exchanges,
  question: Question,
  latency: () => number,
): Promise<Answer> {
  const exchange = question.transport === 'udp' ? udp : tcp;
  const named = { ...question, name: askedName(question) };
  const response = await askOnce(server, named, exchange);
  // An answer that was cut short is no answer yet; every client asks again over TCP, and so is this one judged.
  const truncated = response.flag_tc && exchange === udp;
  const whole = truncated ? await askOnce(server, named, tcp) : response;
  return toAnswer(whole, question.type, truncated, latency());
}

async function askOnce(server: Server, question: Question, exchange: Exchange) {
  const id = randomInt(0x10000);
  const read = (message: Buffer) => readResponse(message, id, question);
  const query = encodeQuestion(id, question.name, question);
  const response = await exchange(server, query, question.timeoutMs, read);
  if (response === 'malformed') throw new Error('malformed response');
  return response;
}
