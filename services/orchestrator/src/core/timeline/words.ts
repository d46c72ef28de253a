/** So many, of that: "1 host", "3 hosts". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Ends a text that people wrote as a sentence. */
export function stop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Names the first few of many, and says how many more there are. */
export function some(names: readonly string[], most: number): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}

/** The name of a state in plain words: "rolled back". */
export function plain(state: string): string {
  return state.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
