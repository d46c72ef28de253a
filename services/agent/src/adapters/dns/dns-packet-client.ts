import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { type Clock, systemClock } from '@breakwater/shared';
import type { Answer, Question } from '../../core/answer.ts';
import { type Exchange, exchangeTcp, exchangeUdp, type Server } from './exchange.ts';
import type { DnsClient } from './interface.ts';
import { encodeQuestion, readResponse, toAnswer } from './message.ts';

/**
 * A client for one name server. Every question has a socket and an id of its own.
 * @throws when the address is no IP literal: it would be looked up, by the very service that is being judged.
 */
export function dnsClient({ clock = systemClock, ...server }: Server & { clock?: Clock }): DnsClient {
  if (isIP(server.address) === 0) throw new Error(`"${server.address}" is no IP address`);
  return {
    async ask(question) {
      const started = clock.monotonic();
      const latency = (): number => clock.monotonic() - started;
      try {
        return await ask(server, question, latency);
      } catch (error) {
        return {
          kind: 'none',
          cause: error instanceof Error ? error.message : String(error),
          latencyMs: latency(),
        };
      }
    },
  };
}

async function ask(server: Server, question: Question, latency: () => number): Promise<Answer> {
  const exchange = question.transport === 'udp' ? exchangeUdp : exchangeTcp;
  const response = await askOnce(server, question, exchange);
  // An answer that was cut short is no answer yet; every client asks again over TCP, and so is this one judged.
  const whole =
    response.flag_tc && exchange === exchangeUdp ? await askOnce(server, question, exchangeTcp) : response;
  return toAnswer(whole, question.type, latency());
}

async function askOnce(server: Server, question: Question, exchange: Exchange) {
  const id = randomInt(0x10000);
  const read = (message: Buffer) => readResponse(message, id, question);
  const query = encodeQuestion(id, question);
  const response = read(
    await exchange(server, query, question.timeoutMs, (message) => read(message) !== null),
  );
  if (response === null || response === 'malformed') throw new Error('malformed response');
  return response;
}
