import type { Page } from '@breakwater/shared';

/** A text of at most so many characters, without half a character at its end. */
export function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** What somebody reads first: the page's first line, marked where it is over. */
export function headline({ status, summary }: Page): string {
  return status === 'firing' ? summary : `[resolved] ${summary}`;
}

/** All that a page says besides, by name, for services that show a table. */
export function details({
  rollout,
  code,
  reason,
  host,
  wave,
  decide,
  command,
}: Page): Record<string, string> {
  const all = { reason, decide, command, code, rollout, wave, host };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] != null);
  return Object.fromEntries(given);
}
