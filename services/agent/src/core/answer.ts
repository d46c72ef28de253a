import type { CHECK_TYPES, Rcode } from '@breakwater/shared';

/** A DNS question for one server, over one transport. */
export interface Question {
  name: string;
  type: (typeof CHECK_TYPES)[number];
  transport: 'udp' | 'tcp';
  /** Milliseconds to wait for an answer. */
  timeoutMs: number;
}

/** What came back. `none` covers everything that is no readable answer, with the cause in words. */
export type Answer =
  | { kind: 'none'; cause: string; latencyMs: number }
  | {
      kind: 'answer';
      rcode: Rcode | 'OTHER';
      aa: boolean;
      /** Answer section, presentation form of the rdata, only records of the asked type. */
      answers: readonly string[];
      /** Serial of the SOA record in the answer section, if there is one. */
      serial: number | null;
      latencyMs: number;
    };

/** An answer that can be read. */
export type Answered = Extract<Answer, { kind: 'answer' }>;
