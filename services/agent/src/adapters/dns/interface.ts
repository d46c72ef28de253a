import type { Answer, Question } from '../../core/answer.ts';

/** Asks one name server DNS questions. Never rejects: no answer is an `Answer` too. */
export interface DnsClient {
  ask(question: Question): Promise<Answer>;
}
