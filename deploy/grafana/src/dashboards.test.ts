import { readdirSync, readFileSync } from 'node:fs';
import { METRICS } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { build } from './build.ts';
import { dashboards, fileOf } from './dashboards.ts';
import { marks } from './marks.ts';

const FOLDER = new URL('../dashboards/', import.meta.url);
const panels = dashboards.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ ...panel, name: `${uid}: ${panel.title}` }))),
);

test.each(dashboards.map(fileOf))('$name is what the code says: npm run generate', ({ name, text }) => {
  expect(readFileSync(new URL(name, FOLDER), 'utf8')).toBe(text);
});

test('there are files of these dashboards, and no others', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(dashboards.map((each) => fileOf(each).name).toSorted());
});

test('every metric that a query asks for is declared', () => {
  const declared = new Set<string>(
    Object.values(METRICS).flatMap(({ name }) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]),
  );
  const asked = [
    ...panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
    ...marks.map(({ expr }) => expr),
  ]
    .join(' ')
    .match(/\b(?:breakwater|process)_\w+/g);
  expect(asked?.length).toBeGreaterThan(60);
  expect(asked?.filter((name) => !declared.has(name))).toEqual([]);
});

describe.each(dashboards)('$title', (dashboard) => {
  const built = build(dashboard);
  const placed = (built.panels ?? []).flatMap((panel) =>
    'gridPos' in panel && panel.gridPos ? [panel.gridPos] : [],
  );

  test('has a place for each panel, and no two at the same one', () => {
    const cells = placed.flatMap(({ x, y, w, h }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(placed.every(({ x, w }) => x + w <= 24)).toBe(true);
    expect(placed).toHaveLength(dashboard.rows.reduce((sum, { panels: those }) => sum + those.length + 1, 0));
  });

  test('has titles of its own', () => {
    const titles = dashboard.rows.flatMap((row) => row.panels.map(({ title }) => title));
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe.each(panels)('$name', ({ shows, bad, next, steps, words, queries, empty }) => {
  test('says what it shows, what is bad, and where to look next', () => {
    for (const text of [shows, bad, next]) expect(text.length).toBeGreaterThan(10);
    expect(next).toMatch(/docs\/[a-z/-]+\.md|`breakwater[ -]|beside this one/);
    expect(empty).not.toBe('');
  });

  test('has colours that rise from anywhere, and words with a colour', () => {
    expect(steps[0]?.from).toBeNull();
    const from = steps.slice(1).map((step) => step.from ?? Number.NaN);
    expect(from).toEqual(from.toSorted((a, b) => a - b));
    expect(words?.every(({ text }) => text !== '') ?? true).toBe(true);
  });

  test('never makes a zero out of silence', () => {
    for (const { expr } of queries) expect(expr).not.toContain('vector(');
  });
});
