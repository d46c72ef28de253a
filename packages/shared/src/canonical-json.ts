/**
 * Writes a JSON value in one fixed way: keys sorted, no white space, absent where `undefined`. What is hashed
 * or signed must be the same bytes on every machine. Numbers and strings are written as `JSON.stringify`
 * writes them, which is what RFC 8785 (JSON Canonicalization Scheme) asks for.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
