/** One side of a comparison. */
export interface NamedText {
  name: string;
  text: string;
}

/**
 * Writes what differs between two texts as a unified diff, with a header that names both.
 * @returns `null` when they differ so much that it would take long and be read by nobody.
 */
export type TextDiff = (before: NamedText, after: NamedText) => string | null;
