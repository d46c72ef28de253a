import type { Digest, Manifest, PollRequest, PollResponse } from '@breakwater/shared';

/** The orchestrator as an agent sees it. Each configured address is tried in turn. */
export interface OrchestratorClient {
  /**
   * Says what is true here and asks what should be. With `waitMs` it is a long poll.
   * @throws when no address answered, or one answered something that is not understood.
   */
  poll(request: PollRequest, signal: AbortSignal): Promise<PollResponse>;
  /** Fetches a bundle's manifest; the caller checks that it has the digest that was asked for. */
  manifest(bundle: Digest): Promise<Manifest>;
  /** Fetches the content of one file; the caller checks its digest. */
  file(sha256: Digest): Promise<Uint8Array>;
}
