import type { Plan } from '../api/api.ts';
import { count, few, table } from '../io/text.ts';
import type { Output } from '../io/output.ts';
import { waveName } from './rollout.ts';

function hostsIn({ waves }: Pick<Plan, 'waves'>): number {
  return waves.reduce((sum, { hosts }) => sum + hosts.length, 0);
}

/** "6 hosts in 5 waves". */
export function sizeOf(plan: Pick<Plan, 'waves'>): string {
  return `${count(hostsIn(plan), 'host')} in ${count(plan.waves.length, 'wave')}`;
}

/** A plan as lines: the waves, what would change, and what to beware of. */
export function planLines(plan: Plan, { width, paint }: Pick<Output, 'width' | 'paint'>): string[] {
  const rows = plan.waves.map((wave, at) => [
    `  ${at + 1}`,
    waveName(wave),
    count(wave.hosts.length, 'host'),
    `soak ${seconds(wave.soakSeconds)}`,
    few(wave.hosts, 4),
  ]);
  const bounded = Math.min(width, 100);
  return [
    `The plan changes ${sizeOf(plan)}:`,
    ...table(rows, bounded),
    ...plan.diff.flatMap((group) => diffLines(group, paint)),
    ...plan.warnings.map((warning) => paint('yellow', `Warning: ${warning}`)),
  ];
}

function seconds(n: number): string {
  return n >= 120 && n % 60 === 0 ? `${n / 60}m` : `${n}s`;
}

function diffLines(group: Plan['diff'][number], paint: Output['paint']): string[] {
  const where = few(group.hosts, 4);
  if (!group.known)
    return [
      `On ${where}: what runs there now is not in the store, so the difference is not known. That is normal for the first change.`,
    ];
  if (group.files.length === 0 && !group.truncated) return [`On ${where}: nothing changes.`];
  const files = group.files.flatMap(({ path, change, unified }) => [
    `  ${change.padEnd(8)} ${path}`,
    ...(unified === undefined ? [] : changedLines(unified, paint)),
  ]);
  return [`On ${where}:`, ...files, ...(group.truncated ? ['  … more was left out'] : [])];
}

/** The lines of a unified diff that say something; its two lines of file names repeat the path. */
function changedLines(unified: string, paint: Output['paint']): string[] {
  return unified
    .trimEnd()
    .split('\n')
    .filter((line) => /^(?:@@|[-+ ])/.test(line) && !/^(?:---|\+\+\+) /.test(line))
    .map((line) => {
      if (line.startsWith('+')) return `    ${paint('green', line)}`;
      return line.startsWith('-') ? `    ${paint('red', line)}` : `    ${line}`;
    });
}
