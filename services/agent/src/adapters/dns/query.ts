import { randomBytes } from 'node:crypto';
import type { Question } from '../../core/answer.ts';

/** What a server may send over UDP: small enough for every path (DNS flag day 2020). */
const UDP_SIZE = 1232;

/** Numbers of record types in the IANA registry "Resource Record (RR) TYPEs". */
const TYPE_NUMBERS: Record<Question['type'], number> = {
  A: 1,
  AAAA: 28,
  AXFR: 252,
  CAA: 257,
  CNAME: 5,
  DNSKEY: 48,
  DS: 43,
  MX: 15,
  NS: 2,
  PTR: 12,
  SOA: 6,
  SRV: 33,
  TXT: 16,
};

const CLASS_IN = 1;
const OPT = 41;
const NSID = 3;
const RECURSION_DESIRED = 0x0100;
const DNSSEC_OK = 0x8000;
const LONGEST_LABEL = 63;

/** The name that is asked for: with a label that no cache has heard of, where the question wants one. */
export function askedName({ name, randomLabel }: Pick<Question, 'name' | 'randomLabel'>): string {
  if (randomLabel !== true) return name;
  const label = randomBytes(8).toString('hex');
  return name === '.' ? label : `${label}.${name}`;
}

/**
 * Writes a question (RFC 1035 section 4.1, RFC 6891 section 6.1.2). It is written by hand, since a host asks many a
 * second; with EDNS every question asks for the server's identity (RFC 5001), which costs four bytes.
 * @param name as `askedName` gave it.
 */
export function encodeQuestion(id: number, name: string, question: Question): Buffer {
  const { type, recursionDesired = false, ednsUdpSize = UDP_SIZE, dnssecOk = false } = question;
  const edns = ednsUdpSize > 0;
  const labels = labelsOf(name);
  const nameLength = labels.reduce((length, label) => length + 1 + label.length, 1);
  const query = Buffer.alloc(12 + nameLength + 4 + (edns ? 15 : 0));
  query.writeUInt16BE(id, 0);
  query.writeUInt16BE(recursionDesired ? RECURSION_DESIRED : 0, 2);
  query.writeUInt16BE(1, 4);
  query.writeUInt16BE(edns ? 1 : 0, 10);
  let at = 12;
  for (const label of labels) {
    at = query.writeUInt8(label.length, at);
    at += query.write(label, at, 'latin1');
  }
  at = query.writeUInt16BE(TYPE_NUMBERS[type], at + 1);
  at = query.writeUInt16BE(CLASS_IN, at);
  if (!edns) return query;
  at = query.writeUInt16BE(OPT, at + 1);
  at = query.writeUInt16BE(ednsUdpSize, at);
  at = query.writeUInt16BE(dnssecOk ? DNSSEC_OK : 0, at + 2);
  at = query.writeUInt16BE(4, at);
  query.writeUInt16BE(NSID, at);
  return query;
}

/** @throws when the name has no form on the wire: sent as something else, it would be answered as something else. */
function labelsOf(name: string): string[] {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const labels = bare === '' ? [] : bare.split('.');
  const wrong = labels.find((label) => label === '' || label.length > LONGEST_LABEL);
  if (wrong !== undefined || bare.length > 253) throw new Error(`"${name}" cannot be asked for`);
  return labels;
}
