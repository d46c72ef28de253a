import type { Identities } from '../http/interface.ts';

/** Whoever the files know, and whoever the store knows. The files come first: they work without the store. */
export function withBook(files: Identities, book: Pick<Identities, 'operator' | 'lastKnown'>): Identities {
  return {
    host: (token) => files.host(token),
    operator: async (token) => files.lastKnown(token) ?? book.operator(token),
    lastKnown: (token) => files.lastKnown(token) ?? book.lastKnown(token),
  };
}
