import { RCODES, type Rcode } from '@breakwater/shared';
import { type DecodedPacket, decode } from 'dns-packet';
import type { Answer, Question } from '../../core/answer.ts';
import { type AskedRecord, absoluteName, presentRdata } from './presentation.ts';

/** The numbers of the codes that have a name here (IANA registry "DNS RCODEs"). */
const RCODE_NUMBERS: Record<Rcode, number> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
};

const NSID: number = 3;

/** A response to exactly this question; `null` when it is somebody else's, and `malformed` when nobody can tell. */
export function readResponse(
  message: Buffer,
  id: number,
  question: Pick<Question, 'name' | 'type'>,
): DecodedPacket | 'malformed' | null {
  if (message.length < 2 || message.readUInt16BE() !== id) return null;
  let packet: DecodedPacket;
  try {
    packet = decode(message);
  } catch {
    return 'malformed';
  }
  if (packet.type !== 'response') return null;
  const [asked] = packet.questions ?? [];
  // A server that cannot read a question need not repeat it (RFC 1035 section 4.1.1): BIND leaves it out of FORMERR.
  if (asked === undefined) return rcodeOf(packet) === 'FORMERR' ? packet : null;
  const same = asked.type === question.type && absoluteName(asked.name) === absoluteName(question.name);
  return same ? packet : null;
}

/**
 * What a response says, in the words of the core.
 * @param truncated whether the answer over UDP was cut short, and this is the one over TCP.
 */
export function toAnswer(
  packet: DecodedPacket,
  type: Question['type'],
  truncated: boolean,
  latencyMs: number,
): Answer {
  const answers = packet.answers ?? [];
  const soa = answers.find((record) => record.type === 'SOA');
  return {
    kind: 'answer',
    rcode: rcodeOf(packet),
    aa: packet.flag_aa,
    ad: packet.flag_ad,
    ra: packet.flag_ra,
    tc: truncated,
    answers: answers.filter((record): record is AskedRecord => record.type === type).map(presentRdata),
    serial: soa?.data.serial ?? null,
    nsid: nsidOf(packet),
    latencyMs,
  };
}

const optOf = (packet: DecodedPacket) => packet.additionals?.find((record) => record.type === 'OPT');

/** The upper bits of the code are in the OPT record (RFC 6891 section 6.1.3). */
function rcodeOf(packet: DecodedPacket): Rcode | 'OTHER' {
  const code = ((optOf(packet)?.extendedRcode ?? 0) << 4) | ((packet.flags ?? 0) & 0xf);
  return RCODES.find((name) => RCODE_NUMBERS[name] === code) ?? 'OTHER';
}

/** The server's name for itself: bytes of its own choice (RFC 5001 section 2.3), which are text in practice. */
function nsidOf(packet: DecodedPacket): string | null {
  const option = optOf(packet)?.options.find(({ code }) => code === NSID);
  const { data } = option ?? {};
  return data === undefined || data.length === 0 ? null : data.toString();
}
