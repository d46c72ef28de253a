import type { Digest, OperatorName, TokenId } from '@breakwater/shared';
import type { Role } from './role.ts';
import type { Scope } from './scope.ts';

/** What the store knows of an operator's token: enough to recognise it, and nothing that it could be guessed from. */
export interface StoredToken {
  id: TokenId;
  /** Whose it is. One person may hold several. */
  name: OperatorName;
  role: Role;
  /** Where it may be used; `null` is everywhere. */
  scope: Scope | null;
  sha256: Digest;
  reason: string;
  /** Wall-clock milliseconds. */
  createdAt: number;
  createdBy: OperatorName;
  /** From then on it is unknown; `null` is never. */
  expiresAt: number | null;
}

/** All tokens that have not been revoked, by id. */
export type Tokens = ReadonlyMap<TokenId, StoredToken>;

/** They are read with every snapshot, so there is a bound. */
export const MOST_TOKENS = 1000;

/** No token that expires lives longer: a date that is further away is a slip. */
export const LONGEST_TOKEN_MS = 366 * 24 * 3_600_000;

export function isExpired({ expiresAt }: Pick<StoredToken, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Whether any token but `except` lets somebody do everything now. */
export function hasAdmin(tokens: Tokens, now: number, except: TokenId | null = null): boolean {
  return [...tokens.values()].some((token) => token.id !== except && isWholeAdmin(token, now));
}

/** An admin of a part of the fleet cannot create tokens, and so gets nobody in. */
export function isWholeAdmin(token: StoredToken, now: number): boolean {
  return token.role === 'admin' && token.scope === null && !isExpired(token, now);
}
