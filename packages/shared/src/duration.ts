import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;
const PATTERN = /^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$/;
const LONGEST_MS = 30 * UNIT_MS.d;

/**
 * Parses a duration such as `90s` or `10m`.
 * @returns milliseconds, or `null` when the text is no duration or longer than 30 days. A bare number is
 *   refused: seconds read as milliseconds would make a soak a thousand times too short.
 */
export function parseDuration(text: string): number | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const ms = Number(match[1]) * UNIT_MS[match[2] as Unit];
  return ms <= LONGEST_MS ? ms : null;
}

/** Writes milliseconds the way a person says them: `850ms`, `12.3s`, `4m 10s`, `2h 5m`. */
export function formatDuration(exactMs: number): string {
  // Rounded before a unit is chosen, and down after that: 59.97 s are not "60s", nor 999.9 ms "1000ms".
  const ms = Math.round(exactMs);
  if (ms < 1000) return `${ms}ms`;
  if (ms < UNIT_MS.m) return `${Math.floor(ms / 100) / 10}s`;
  const [big, small, bigUnit, smallUnit] =
    ms < UNIT_MS.h ? [UNIT_MS.m, UNIT_MS.s, 'm', 's'] : [UNIT_MS.h, UNIT_MS.m, 'h', 'm'];
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigUnit}${rest > 0 ? ` ${rest}${smallUnit}` : ''}`;
}

/** A duration in a message: text such as `30s`, read as milliseconds. */
export const Duration = z.string().transform((text, ctx) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  ctx.addIssue({
    code: 'custom',
    params: { fault: 'duration_invalid' },
    message: 'write a whole number and a unit (ms, s, m, h or d), at most 30d, for example "30s" or "10m"',
  });
  return z.NEVER;
});
