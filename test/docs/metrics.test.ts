import { readFileSync } from 'node:fs';
import { METRICS, type MetricSource } from '@breakwater/shared';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** The first table below a heading, as its cells without backticks. */
function tableBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.match(/(?:^\|.*\n?)+/m) ?? [];
  const rows = table.trimEnd().split('\n').slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

test.each([
  ['Read from the store', 'store'],
  ['Of one orchestrator', 'process'],
  ['Of one host', 'agent'],
] satisfies [string, MetricSource][])(
  'the page has every metric below "%s", as it is declared',
  (heading, source) => {
    const declared = Object.values(METRICS).filter((metric) => metric.source === source);
    expect(tableBelow(heading)).toEqual(
      declared.map(({ name, type, labels, help }) => [name, type, labels.join(', ') || '—', help]),
    );
  },
);

test('every value of a label has its place on the page', () => {
  const told = [...page.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word);
  const labels = Object.values(METRICS).flatMap((metric): readonly string[] => metric.labels);
  expect(labels.filter((label) => !told.includes(label))).toEqual([]);
});

test('no name is declared twice, and none is a rollout, a host or a digest on the orchestrator', () => {
  const all = Object.values(METRICS);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  const wide = all.filter(
    ({ source, labels }) =>
      source !== 'agent' && labels.some((label: string) => ['host', 'rollout', 'generation'].includes(label)),
  );
  expect(wide).toEqual([]);
});
