// named writes "<time> <category>: <level>: <text>" to -L and -g, and whatever it is told to otherwise.
const TIME = /^\d{2}-\w{3}-\d{4} [\d:.]+ /;
const WORDS = /\b(?:fatal|failed|failure|error|cannot|could not|unable|denied|not found|not loaded)\b/i;

/** The lines of a daemon's log that say anything, without the time before them and without control characters. */
export function linesOf(log: string): string[] {
  return log
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, ' ')
        .replace(TIME, '')
        .trim(),
    )
    .filter((line) => line !== '');
}

/** Whether the words of a line tell of trouble, whatever level it was logged with. */
export function hintsAtTrouble(line: string): boolean {
  return WORDS.test(line);
}
