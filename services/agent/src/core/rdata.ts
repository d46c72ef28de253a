import type { Question } from './answer.ts';

type Type = Question['type'];
type Field = 'number' | 'name' | 'word' | 'text' | 'hex' | 'base64' | 'ipv4' | 'ipv6';

/** What the rdata of each type consists of. The last field takes the rest, since it may hold white space. */
const FIELDS: Readonly<Record<Type, readonly [Field, ...Field[]]>> = {
  A: ['ipv4'],
  AAAA: ['ipv6'],
  /** No record has this type; it is only asked for. */
  AXFR: ['text'],
  CAA: ['number', 'word', 'text'],
  CNAME: ['name'],
  DNSKEY: ['number', 'number', 'number', 'base64'],
  DS: ['number', 'number', 'number', 'hex'],
  MX: ['number', 'name'],
  NS: ['name'],
  PTR: ['name'],
  SOA: ['name', 'name', 'number', 'number', 'number', 'number', 'number'],
  SRV: ['number', 'number', 'number', 'name'],
  TXT: ['text'],
};

/**
 * Writes rdata in one fixed way, so that two ways of writing the same record compare as equal: names without
 * case and final dot, IPv6 addresses in canonical form, TXT with or without quotes.
 */
export function normalRdata(type: Type, rdata: string): string {
  const fields = FIELDS[type];
  const parts = rdata.trim().split(/\s+/);
  const head = parts.slice(0, fields.length - 1);
  const rest = restAfter(rdata.trim(), head.length);
  return [...head, rest].map((part, index) => normalField(fields[index] ?? 'word', part)).join(' ');
}

/** Writes a domain name without regard to case and to a final dot; the root is ".". */
export function normalName(name: string): string {
  const lower = name.toLowerCase();
  return lower === '.' || !lower.endsWith('.') ? lower : lower.slice(0, -1);
}

/** What is left of a text after its first words, with the white space inside it untouched. */
function restAfter(text: string, words: number): string {
  return text.replace(new RegExp(`^(?:\\S+\\s+){0,${words}}`), '');
}

function normalField(field: Field, text: string): string {
  switch (field) {
    case 'number':
    case 'word':
    case 'ipv4':
      return text.toLowerCase();
    case 'name':
      return normalName(text);
    case 'hex':
      return text.replaceAll(/\s/g, '').toLowerCase();
    case 'base64':
      return text.replaceAll(/\s/g, '');
    case 'ipv6':
      return canonicalIpv6(text);
    case 'text':
      return unquoted(text);
    default:
      return field satisfies never;
  }
}

/** The URL parser is the one part of the language that writes IPv6 addresses canonically (RFC 5952). */
function canonicalIpv6(text: string): string {
  const url = `http://[${text}]/`;
  return URL.canParse(url) ? new URL(url).hostname : text.toLowerCase();
}

/** Several strings of one TXT record mean their concatenation; escapes are those of RFC 1035 section 5.1. */
function unquoted(text: string): string {
  const strings = text.startsWith('"')
    ? [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? '')
    : [text];
  return strings
    .join('')
    .replaceAll(/\\(\d{3})|\\(.)/gs, (_, code: string | undefined, char: string) =>
      code === undefined ? char : String.fromCharCode(Number(code)),
    );
}
