import type { Digest, HostId } from '@breakwater/shared';
import type { FileDiff } from '../bundle-diff.ts';
import type { LoggedEvent } from '../event.ts';
import type { Rollout } from '../rollout.ts';

/** A file of the change, by name alone: what is in it is nobody's business who reads about an incident. */
export type ChangedFile = Pick<FileDiff, 'path' | 'change'>;

/** What a rollout changed, by names and counts. */
export interface Changes {
  bundle: Digest;
  /** What the first canary had before. */
  replaces: Digest | null;
  /** As the first canary's tree is changed; `null` where one of the two bundles is not stored. */
  files: readonly ChangedFile[] | null;
  /** What hosts found when they compared the change with what they serve, in their words: files, zones, records. */
  found: readonly { hosts: number; differs: string }[];
}

/** @param files what the store says of the first canary's files. */
export function changesOf(
  { bundle, replaces }: Rollout,
  events: readonly LoggedEvent[],
  files: readonly ChangedFile[] | null,
): Changes {
  const differs = new Map<HostId, string>();
  for (const event of events) {
    const said = event.type === 'host.state' && event.to === 'ready' && event.verdict;
    const text = said && said.verdict === 'pass' ? differenceIn(said.reason) : null;
    if (said && text !== null) differs.set(event.host, text);
  }
  const groups = Map.groupBy(differs.values(), (text) => text);
  const found = [...groups].map(([text, hosts]) => ({ hosts: hosts.length, differs: text }));
  return { bundle, replaces, files, found };
}

const AS_EXPECTED = ', as expected.';

/** The part of a host's proof that says what would change: "1 file changed; zones: 1 changed (example.com 8→9 records)". */
function differenceIn(reason: string): string | null {
  const end = reason.indexOf(AS_EXPECTED);
  return end === -1 ? null : reason.slice(0, end);
}
