import { crc32 } from 'node:zlib';

/** One line of a journal file: the checksum of a JSON value (CRC-32, hexadecimal), a space, the value. */
export function writeLine(value: unknown): string {
  const json = JSON.stringify(value);
  return `${checksum(json)} ${json}\n`;
}

/** Reads a line (without its line feed) back; `undefined` when it is not exactly what was written. */
export function readLine(line: Uint8Array): unknown {
  const text = Buffer.from(line).toString('utf8');
  const json = text.slice(9);
  if (text[8] !== ' ' || text.slice(0, 8) !== checksum(json)) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
