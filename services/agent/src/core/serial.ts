const HALF = 2 ** 31;

/**
 * Whether a zone's serial has gone back, in serial-number arithmetic (RFC 1982): 32 bits that wrap around.
 * Two serials exactly half the circle apart cannot be ordered; they count as gone back, the careful answer.
 */
export function isLowerSerial(serial: number, reference: number): boolean {
  const ahead = (serial - reference + 2 * HALF) % (2 * HALF);
  return ahead >= HALF;
}
