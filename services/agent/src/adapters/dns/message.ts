import { RCODES, type Rcode } from '@breakwater/shared';
import { type DecodedPacket, decode, encode } from 'dns-packet';
import type { Answer, Question } from '../../core/answer.ts';
import { type AskedRecord, absoluteName, presentRdata } from './presentation.ts';

/** What a server may send over UDP: small enough for every path (DNS flag day 2020). */
const UDP_SIZE = 1232;

/** The numbers of the codes that have a name here (RFC 1035 section 4.1.1). */
const RCODE_NUMBERS: Record<Rcode, number> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

/** Writes a question. Recursion is not asked for: what is wanted is this server's own answer. */
export function encodeQuestion(id: number, { name, type }: Pick<Question, 'name' | 'type'>): Buffer {
  return encode({
    type: 'query',
    id,
    flags: 0,
    questions: [{ name, type, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_SIZE,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
}

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
  const [asked] = packet.questions ?? [];
  const same = asked?.type === question.type && absoluteName(asked.name) === absoluteName(question.name);
  return packet.type === 'response' && same ? packet : null;
}

/** What a response says, in the words of the core. */
export function toAnswer(packet: DecodedPacket, type: Question['type'], latencyMs: number): Answer {
  const answers = packet.answers ?? [];
  const soa = answers.find((record) => record.type === 'SOA');
  return {
    kind: 'answer',
    rcode: rcodeOf(packet),
    aa: packet.flag_aa,
    answers: answers.filter((record): record is AskedRecord => record.type === type).map(presentRdata),
    serial: soa?.data.serial ?? null,
    latencyMs,
  };
}

/** The upper bits of the code are in the OPT record (RFC 6891 section 6.1.3). */
function rcodeOf(packet: DecodedPacket): Rcode | 'OTHER' {
  const opt = packet.additionals?.find((record) => record.type === 'OPT');
  const code = ((opt?.extendedRcode ?? 0) << 4) | ((packet.flags ?? 0) & 0xf);
  return RCODES.find((name) => RCODE_NUMBERS[name] === code) ?? 'OTHER';
}
