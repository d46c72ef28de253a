import { z } from 'zod';
import { Duration } from './duration.ts';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';

/** Record types that a check may ask for. `AXFR` asks for the whole zone, which only some may have. */
export const CHECK_TYPES = [
  'A',
  'AAAA',
  'AXFR',
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
export const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'NOTAUTH'] as const;
export type Rcode = (typeof RCODES)[number];

const LABEL = '(?:[A-Za-z0-9_](?:[A-Za-z0-9_/-]{0,61}[A-Za-z0-9_])?)';
/**
 * A domain name in presentation form, with or without the final dot (RFC 1035 section 2.3.1, plus `_`, the root, and
 * the `/` of reverse zones for a part of a network, RFC 2317). 255 bytes on the wire are 253 characters and the final dot: without the dot, 254 are one too many.
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

/** A server's name for itself (RFC 5001); `server-id` in named. */
const ServerId = z.string().min(1).max(128).regex(PRINTABLE, PRINTABLE_RULE);

const UDP_SIZE_RULE = 'must be 0 (no EDNS) or from 512 to 4096';
const UdpSize = z.int().refine((size) => size === 0 || (size >= 512 && size <= 4096), UDP_SIZE_RULE);

/** What a good answer is. What is left out is not looked at; only `rcode` always is. */
const ExpectedAnswer = z.strictObject({
  rcode: z.enum(RCODES).default('NOERROR'),
  /** The complete set of answers in presentation form; order does not matter. */
  answers: z.array(Answer).max(100).optional(),
  /** The authoritative-answer flag. */
  aa: z.boolean().optional(),
  /** The authentic-data flag: the server has validated the answer. */
  ad: z.boolean().optional(),
  /** The recursion-available flag: whether the server would recurse for whoever asks, also when it was not asked to. */
  ra: z.boolean().optional(),
  /** The truncation flag of the answer over UDP; what was cut short is asked again over TCP, whatever is expected. */
  tc: z.boolean().optional(),
  /** Lowest SOA serial that is accepted, in serial-number arithmetic (RFC 1982). */
  minSerial: z.int().min(0).max(4_294_967_295).optional(),
  /** The longest that an answer may take, retries of lost packets not counted. */
  maxLatency: Duration.refine((ms) => ms >= 1, 'must be at least 1ms').optional(),
  /** The identity that the server must give (RFC 5001), which tells servers at one address from one another. */
  nsid: ServerId.optional(),
});

/**
 * A DNS question with the answer that is expected. It is asked of the daemon at its service address, over
 * UDP and TCP, unless `at` and `transport` say otherwise.
 */
export const Check = z.strictObject({
  name: DomainName,
  type: z.enum(CHECK_TYPES),
  transport: z.enum(['udp', 'tcp', 'both']).default('both'),
  /** `loopback`: 127.0.0.1 or ::1 at the same port. It shows less than it seems to: other clients may be refused. */
  at: z.enum(['service', 'loopback', 'both']).default('service'),
  /**
   * Whether the server is asked to find out what it does not know. Left out, it is not, and for a name in a zone of the
   * host's own both are asked: clients set the flag, other servers do not, and views tell them apart.
   */
  recursionDesired: z.boolean().optional(),
  /** The largest answer that may come over UDP, in bytes; 0 asks without EDNS, as very old clients do. */
  ednsUdpSize: UdpSize.default(1232),
  /** Whether signatures are asked for (the flag DO of EDNS). */
  dnssecOk: z.boolean().default(false),
  /** Puts a label in front of the name that was never used before, so that no cache can answer. */
  randomLabel: z.boolean().default(false),
  expect: ExpectedAnswer.default({ rcode: 'NOERROR' }),
  /** How long to wait for an answer before asking again. */
  timeout: Duration.refine((ms) => ms >= 10 && ms <= 10_000, 'must be from 10ms to 10s').default(1000),
  /** How often a question without an answer is asked before it counts as unanswered, as far as a round of 10 s allows. */
  tries: z.int().min(1).max(10).default(3),
});
export type Check = z.infer<typeof Check>;

const Milliseconds = z
  .int()
  .min(0)
  .max(31 * 86_400_000);

/** A check on its way to an agent, where durations are milliseconds. It was judged when it was submitted. */
export const AssignedCheck = Check.extend({
  timeout: Milliseconds.default(1000),
  expect: ExpectedAnswer.extend({ maxLatency: Milliseconds.optional() }).default({ rcode: 'NOERROR' }),
});

/** What the data of address records must look like. */
const ADDRESSES: Partial<Record<Check['type'], z.ZodType>> = { A: z.ipv4(), AAAA: z.ipv6() };

/** Characters of a random label and its dot. */
export const RANDOM_LABEL_LENGTH = 17;
const LONGEST_NAME = 253;

/** A check as it may be submitted. */
export const SubmittedCheck = Check.superRefine((check, ctx) => {
  for (const { when, path, message } of contradictions(check)) {
    if (when) ctx.addIssue({ code: 'custom', path, message });
  }
});

interface Contradiction {
  when: boolean;
  path: (string | number)[];
  message: string;
}

/** An answer that no record of the type can ever be. */
function impossibleAddresses({ type, expect: { answers = [] } }: Check): Contradiction[] {
  const address = ADDRESSES[type];
  if (address === undefined) return [];
  return answers.map((answer, at) => ({
    when: !address.safeParse(answer.trim()).success,
    path: ['expect', 'answers', at],
    message: `is no ${type === 'A' ? 'IPv4' : 'IPv6'} address, so a record of type ${type} can never have it`,
  }));
}

/**
 * Fields that contradict one another. They are refused and never corrected: a check that can never pass halts every
 * rollout, and one that can never fail proves nothing.
 */
function contradictions(check: Check): Contradiction[] {
  const { type, transport, ednsUdpSize, dnssecOk, randomLabel, expect, timeout } = check;
  const bare = check.name.replace(/\.$/, '');
  const noEdns = ednsUdpSize === 0;
  const noData = expect.rcode !== 'NOERROR';
  return [
    ...impossibleAddresses(check),
    {
      when: type === 'AXFR' && transport !== 'tcp',
      path: ['transport'],
      message: 'must be "tcp" for AXFR: a zone is not transferred over UDP',
    },
    {
      when: type === 'AXFR' && expect.answers !== undefined,
      path: ['expect', 'answers'],
      message: 'cannot be told for AXFR: only the first message of a transfer is read',
    },
    {
      when: dnssecOk && noEdns,
      path: ['dnssecOk'],
      message: 'needs EDNS: the flag travels in it; set ednsUdpSize to 512 or more',
    },
    {
      when: expect.nsid !== undefined && noEdns,
      path: ['expect', 'nsid'],
      message: 'needs EDNS: the identity travels in it; set ednsUdpSize to 512 or more',
    },
    {
      when: expect.ad === true && !dnssecOk,
      path: ['expect', 'ad'],
      message: 'is set by a server only for who asks with dnssecOk; set dnssecOk',
    },
    {
      when: expect.tc === true && transport !== 'udp',
      path: ['expect', 'tc'],
      message: 'can only be true over UDP; set transport to "udp"',
    },
    {
      when: expect.minSerial !== undefined && (type !== 'SOA' || noData),
      path: ['expect', 'minSerial'],
      message: 'is the serial of an SOA record; ask for type SOA and expect NOERROR',
    },
    {
      when: noData && (expect.answers ?? []).length > 0,
      path: ['expect', 'answers'],
      message: `an answer with ${expect.rcode} holds no records; leave them out, or expect NOERROR`,
    },
    {
      when: expect.maxLatency !== undefined && expect.maxLatency > timeout,
      path: ['expect', 'maxLatency'],
      message: 'must not be longer than timeout: a later answer is not waited for',
    },
    {
      when: randomLabel && (bare.startsWith('*') || type === 'AXFR'),
      path: ['randomLabel'],
      message: 'goes with neither a wildcard name nor AXFR',
    },
    {
      when: randomLabel && bare.length + RANDOM_LABEL_LENGTH > LONGEST_NAME,
      path: ['name'],
      message: `must be at most ${LONGEST_NAME - RANDOM_LABEL_LENGTH} characters, to leave room for the random label`,
    },
  ];
}
