import type { CHECK_TYPES, Rcode } from '@breakwater/shared';

/** A DNS question for one server, over one transport. What is left out has the default of a check's field. */
export interface Question {
  name: string;
  type: (typeof CHECK_TYPES)[number];
  transport: 'udp' | 'tcp';
  /** Milliseconds to wait for an answer. */
  timeoutMs: number;
  /** Where the server is asked; by default at its service address. */
  at?: 'service' | 'loopback';
  recursionDesired?: boolean;
  /** The largest answer over UDP, in bytes; 0 is without EDNS. */
  ednsUdpSize?: number;
  dnssecOk?: boolean;
  /** Whoever asks puts a new random label in front of the name. */
  randomLabel?: boolean;
}

/** What came back. `none` covers everything that is no readable answer, with the cause in words. */
export type Answer =
  | {
      kind: 'none';
      cause: string;
      latencyMs: number;
      /** The host itself said that nothing listens there. */
      refused?: true;
    }
  | {
      kind: 'answer';
      rcode: Rcode | 'OTHER';
      aa: boolean;
      ad: boolean;
      ra: boolean;
      /** Whether the answer over UDP was cut short; everything else is then of the answer over TCP. */
      tc: boolean;
      /** Answer section, presentation form of the rdata, only records of the asked type. */
      answers: readonly string[];
      /** Serial of the SOA record in the answer section, if there is one. */
      serial: number | null;
      /** The server's name for itself, if it gave one (RFC 5001). */
      nsid: string | null;
      latencyMs: number;
    };

/** An answer that can be read. */
export type Answered = Extract<Answer, { kind: 'answer' }>;
