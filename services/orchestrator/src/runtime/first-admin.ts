import { OperatorName, sha256, sleep } from '@breakwater/shared';
import { NOBODY } from '../core/catch-up.ts';
import { hasAdmin, type StoredToken } from '../core/token.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { type TokenDeps, writeToken } from './operator-tokens.ts';

const AGAIN_AFTER_MS = 1000;
const FIRST_ADMIN = OperatorName.parse('first-admin');

/** Shows a token to whoever starts the orchestrator. */
export type ShowToken = (token: string, stored: StoredToken) => void;

/**
 * Where nobody is an admin, neither by the operators' file nor by the store, an orchestrator that starts creates one token of
 * an admin and shows it once. Of several that start together one does: the log's head decides. Until the store answers it is
 * tried again with the same token, so that one whose acknowledgement was lost is shown nevertheless.
 */
export async function ensureAdmin(
  deps: TokenDeps & Pick<EngineDeps, 'enrolment'>,
  engine: Engine,
  show: ShowToken,
  signal: AbortSignal,
): Promise<void> {
  const token = deps.newToken();
  let failing = false;
  while (!signal.aborted) {
    try {
      return await engine.inTurn(() => tryOnce(deps, token, show));
    } catch (error) {
      if (!failing) deps.log.warn({ err: error }, 'whether there is an admin is not known yet; trying again');
      failing = true;
    }
    await sleep(deps.clock, AGAIN_AFTER_MS, signal);
  }
}

async function tryOnce(
  deps: TokenDeps & Pick<EngineDeps, 'enrolment'>,
  token: string,
  show: ShowToken,
): Promise<void> {
  for (;;) {
    if (deps.enrolment.hasAdmin()) return;
    const snapshot = await deps.store.snapshot();
    const mine = [...snapshot.tokens.values()].find(({ sha256: hash }) => hash === sha256(token));
    if (mine !== undefined) return show(token, mine);
    if (hasAdmin(snapshot.tokens, deps.clock.now())) return;
    const reason = 'Nobody was an admin when an orchestrator started';
    const asked = { name: FIRST_ADMIN, role: 'admin', scope: null, expiresAt: null, reason } as const;
    const stored = await writeToken(deps, snapshot, { ...asked, token }, { name: NOBODY });
    if (stored !== null) return show(token, stored);
  }
}
