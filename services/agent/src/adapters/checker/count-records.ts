import type { ConfiguredZone } from '../../core/configuration.ts';
import type { Outcome, Sandbox } from './sandbox.ts';

// A zone is counted when its loading has said that it came to its end: whatever ends it or the shell before, as a host
// without room for another process does, leaves it uncounted, and never at 0.
// One shell and one awk for all zones: what a zone costs is one start of named-compilezone, 10 ms. It writes every
// record on one line of five words or more, so that a line of ours cannot be one of them.
const SCRIPT = `
n=0
while IFS='	' read -r name format file; do
  echo "#$n"
  n=$((n + 1))
  named-compilezone -q -i none -k ignore -n ignore -m ignore -r ignore -M ignore -S ignore -T ignore -W ignore \\
    -f "$format" -F text -s full -o - -- "$name" "$file" </dev/null 2>/dev/null && echo '#whole'
done | awk '
  /^#whole$/ { if (id != "") print id, n; id = ""; next }
  /^#[0-9]+$/ { id = substr($0, 2); n = 0; next }
  NF >= 5 && !/^;/ { n++ }'
`;

/** Ten times what a zone takes on an idle host. */
const LONGER_FOR_EACH_MS = 100;

/**
 * Counts the records of zones with BIND's own tools.
 * @param directory where relative paths of a zone's `$INCLUDE` begin.
 * @returns for each zone how many, or `null` when it cannot be loaded; or how the counting itself failed.
 */
export async function countRecords(
  sandbox: Sandbox,
  tree: string,
  zones: readonly ConfiguredZone[],
  { root, directory }: { root: string; directory: string },
): Promise<(number | null)[] | Outcome> {
  if (zones.length === 0) return [];
  const countable = zones.map((zone) => zone.file !== null && !/[\t\n]/.test(`${zone.name}${zone.file}`));
  const input = (at: string): string =>
    zones
      .filter((_, index) => countable[index])
      .map(
        ({ name, format, file, inTree }) =>
          `${name}\t${format}\t${inTree === null ? file : `${at}/${inTree}`}\n`,
      )
      .join('');
  const start = directory === root || directory.startsWith(`${root}/`) ? null : directory;
  const { outcome } = await sandbox.run(
    tree,
    (at) => [
      'sh',
      '-c',
      `cd "$1" || exit 1\n${SCRIPT}`,
      'sh',
      start ?? `${at}${directory.slice(root.length)}`,
    ],
    input,
    zones.length * LONGER_FOR_EACH_MS,
  );
  if (outcome.kind !== 'exited' || outcome.code !== 0) return outcome;
  const counts = new Map(
    outcome.output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '))
      .map(([id = '', count = '']) => [Number(id), /^\d+$/.test(count) ? Number(count) : null] as const),
  );
  let place = -1;
  return countable.map((counted) => {
    if (!counted) return null;
    place += 1;
    return counts.get(place) ?? null;
  });
}
