import { sha256 } from '@breakwater/shared';
import type { Identities } from '../http/interface.ts';
import type { Enrolment } from './interface.ts';

/**
 * Who holds which token, from entries that hold only the tokens' hashes.
 *
 * A token is hashed and the hash is looked up. How long the look-up takes depends on the hash alone, and nobody
 * can steer a SHA-256 towards a stored one: unlike a comparison of the tokens themselves it tells nothing from
 * which the next guess could be made better. Tokens are long and random, so a plain hash is enough.
 */
export function fileIdentities({ hosts, operators }: Enrolment): Identities {
  const hostByToken = new Map(hosts.map(({ id, tokenSha256 }) => [tokenSha256, id]));
  const operatorByToken = new Map(
    operators.map(({ name, role, tokenSha256 }) => [tokenSha256, { name, role, scope: null }]),
  );
  const lastKnown: Identities['lastKnown'] = (token) => operatorByToken.get(sha256(token)) ?? null;
  return {
    host: (token) => hostByToken.get(sha256(token)) ?? null,
    operator: async (token) => lastKnown(token),
    lastKnown,
  };
}
