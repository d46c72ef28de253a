import { z } from 'zod';
import { Duration } from './duration.ts';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';

/** Record types that a check may ask for. */
export const CHECK_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'DNSKEY',
  'DS',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TXT',
] as const;

/** Response codes by their names in the IANA registry "DNS RCODEs". */
export const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
export type Rcode = (typeof RCODES)[number];

const LABEL = '(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)';
/**
 * A domain name in presentation form, with or without the final dot (RFC 1035 section 2.3.1, plus `_` and the
 * root). 255 bytes on the wire are 253 characters and the final dot: without the dot, 254 are one too many.
 */
export const DomainName = z
  .string()
  .max(254)
  .regex(
    new RegExp(`^(?=.{1,253}\\.?$)(?:\\.|(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*\\.?)$`),
    'not a domain name',
  );

/** A resource record's data in presentation form, where a byte that cannot be printed is written as \DDD. */
const Answer = z.string().max(1024).regex(PRINTABLE, PRINTABLE_RULE);

/**
 * A DNS question with the answer that is expected. It is asked of the daemon at its service address, over
 * UDP and TCP unless `transport` says otherwise.
 */
export const Check = z.strictObject({
  name: DomainName,
  type: z.enum(CHECK_TYPES),
  transport: z.enum(['udp', 'tcp', 'both']).default('both'),
  expect: z
    .strictObject({
      rcode: z.enum(RCODES).default('NOERROR'),
      /** The complete set of answers in presentation form; order does not matter. */
      answers: z.array(Answer).max(100).optional(),
      /** The authoritative-answer flag. */
      aa: z.boolean().optional(),
      /** Lowest SOA serial that is accepted, in serial-number arithmetic (RFC 1982). */
      minSerial: z.int().min(0).max(4_294_967_295).optional(),
    })
    .default({ rcode: 'NOERROR' }),
  /** How long to wait for an answer before asking again. */
  timeout: Duration.refine((ms) => ms >= 10 && ms <= 10_000, 'must be from 10ms to 10s').default(1000),
  /** How often a question without an answer is asked before it counts as unanswered. */
  tries: z.int().min(1).max(10).default(3),
});
export type Check = z.infer<typeof Check>;

/** The longest that one question may take with all its tries: a host looks at nothing else meanwhile. */
const LONGEST_QUESTION_MS = 10_000;

/** A check as it may be submitted. */
export const SubmittedCheck = Check.refine((check) => check.timeout * check.tries <= LONGEST_QUESTION_MS, {
  path: ['timeout'],
  message:
    'timeout times tries must be at most 10s: a host that waits for an answer cannot go back meanwhile',
});
