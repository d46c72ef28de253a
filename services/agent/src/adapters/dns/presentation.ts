import type { Answer as AnyRecord, TxtData } from 'dns-packet';
import type { Question } from '../../core/answer.ts';

/** A record of a type that a check may ask for; DNAME comes along, since the library has one type for all names. */
export type AskedRecord = Extract<AnyRecord, { type: Question['type'] | 'DNAME' }>;

/** A name in lower case with its final dot: the one spelling in which names are compared. */
export function absoluteName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

/** Writes the rdata of a record as `dig +short` does, names in lower case: what an operator writes into a check. */
export function presentRdata(record: AskedRecord): string {
  switch (record.type) {
    case 'A':
      return record.data;
    case 'AAAA':
      // Many spellings are one address; the URL parser knows the canonical one (RFC 5952).
      return new URL(`http://[${record.data}]`).hostname.slice(1, -1);
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return absoluteName(record.data);
    case 'TXT':
      return textStrings(record.data).map(quoted).join(' ');
    case 'MX':
      return `${record.data.preference ?? 0} ${absoluteName(record.data.exchange)}`;
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data;
      return `${priority} ${weight} ${port} ${absoluteName(target)}`;
    }
    case 'CAA': {
      const { flags = 0, tag, value } = record.data;
      return `${flags} ${tag} ${quoted(Buffer.from(value))}`;
    }
    case 'SOA': {
      const { mname, rname, serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0 } = record.data;
      return `${absoluteName(mname)} ${absoluteName(rname)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case 'DS': {
      const { keyTag, algorithm, digestType, digest } = record.data;
      return `${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`;
    }
    case 'DNSKEY':
      // 3 is the only protocol there is (RFC 4034 section 2.1.2).
      return `${record.data.flags} 3 ${record.data.algorithm} ${record.data.key.toString('base64')}`;
    default:
      return record satisfies never;
  }
}

function textStrings(data: TxtData): Buffer[] {
  return (Array.isArray(data) ? data : [data]).map((part) => Buffer.from(part));
}

/** Character strings as in a zone file (RFC 1035 section 5.1): what is not printable ASCII becomes `\DDD`. */
function quoted(bytes: Buffer): string {
  const characters = Array.from(bytes, (byte) => {
    if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${characters.join('')}"`;
}
