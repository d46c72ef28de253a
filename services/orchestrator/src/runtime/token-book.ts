import { type Digest, sha256, sleep } from '@breakwater/shared';
import type { Operator } from '../adapters/http/interface.ts';
import type { EngineDeps } from './engine-deps.ts';
import { isExpired, type StoredToken, type Tokens } from '../core/token.ts';

/** A revocation whose wake-up was lost is known after this long, where nobody asks anyway. */
const LOOK_EVERY_MS = 2000;

/** What every token in the store looks like; nothing else is worth a question to the store. */
const LOOKS_LIKE_ONE = /^bw_[A-Za-z0-9_-]{43}$/;

/** The tokens of the store, as this orchestrator knows them. */
export interface TokenBook {
  /** Who holds a token now. Where the store cannot be asked, or believed, what was known last holds: stopping must work. */
  operator(token: string): Promise<Operator | null>;
  /** The same, without asking the store. */
  lastKnown(token: string): Operator | null;
  /** Keeps what is known last from growing old, until `signal` aborts. */
  keep(signal: AbortSignal): Promise<void>;
}

export function openTokenBook({
  store,
  trust,
  clock,
  wakeups,
}: Pick<EngineDeps, 'store' | 'trust' | 'clock' | 'wakeups'>): TokenBook {
  let read: Tokens | null = null;
  let byDigest: ReadonlyMap<Digest, StoredToken> = new Map();

  async function look(): Promise<void> {
    const { tokens } = await store.snapshot();
    // An older store may hold what was revoked since.
    trust.assert();
    if (tokens === read) return;
    read = tokens;
    byDigest = new Map([...tokens.values()].map((token) => [token.sha256, token]));
  }

  function lastKnown(token: string): Operator | null {
    const known = byDigest.get(sha256(token));
    if (known === undefined || isExpired(known, clock.now())) return null;
    const { name, role, scope } = known;
    return { name, role, scope };
  }

  return {
    lastKnown,
    async operator(token) {
      if (!LOOKS_LIKE_ONE.test(token)) return null;
      // Each request asks for itself: an answer that another one waits for may be older than a revocation.
      await look().catch((error: unknown) => {
        // Nothing was known last: whoever asks is not nobody, this orchestrator cannot say who they are.
        if (read === null) throw error;
      });
      return lastKnown(token);
    },
    async keep(signal) {
      const lookAgain = (): Promise<void> => look().catch(() => undefined);
      const end = wakeups.subscribe(() => void lookAgain());
      while (!signal.aborted) {
        await lookAgain();
        await sleep(clock, LOOK_EVERY_MS, signal);
      }
      end();
    },
  };
}
