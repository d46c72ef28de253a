/**
 * One line of printable text, for the `u` flag: no control characters (Cc), no invisible ones that reorder or
 * hide what stands around them (Cf), no half of a surrogate pair (Cs), no line or paragraph separator (Zl, Zp).
 * Any of them could forge a log line, or hide text in a terminal.
 */
export const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;
export const PRINTABLE_RULE = 'may not contain control characters or line breaks';
