import { METRICS, type Sample } from '@breakwater/shared';
import { expect, test } from 'vitest';
import { promMetrics, type Readings } from './prom.ts';

const HALTS: Sample = { metric: 'halts', labels: {}, value: 3 };
const RUNNING: Sample = { metric: 'rollouts', labels: { state: 'running' }, value: 2 };

function metrics(stored: Readings['stored']) {
  return promMetrics({
    stored,
    frozen: () => false,
    safeMode: () => true,
    unsafe: () => false,
    version: '1.2.3',
    channels: ['on-call'],
  });
}

const seriesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && line[0] !== '#');

test('every metric that is declared is shown with its help and its type, and no other one is', async () => {
  const text = await metrics(async () => []).text();
  const shown = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)/gm)].map(([, ...about]) => about);
  const declared = Object.values(METRICS).filter(({ source }) => source !== 'agent');
  expect(shown).toHaveLength(declared.length);
  expect(shown).toEqual(expect.arrayContaining(declared.map(({ name, help, type }) => [name, help, type])));
});

test('pages are counted from 0 on, for every channel and outcome', async () => {
  const shown = metrics(async () => []);
  shown.paged('on-call', 'failed');
  const lines = seriesOf(await shown.text()).filter((line) => line.startsWith('breakwater_pages_total'));
  expect(lines.toSorted()).toEqual([
    'breakwater_pages_total{channel="on-call",outcome="accepted"} 0',
    'breakwater_pages_total{channel="on-call",outcome="failed"} 1',
    'breakwater_pages_total{channel="on-call",outcome="refused"} 0',
  ]);
});

test('what the store says replaces what it said before', async () => {
  let samples = [HALTS, RUNNING];
  const shown = metrics(async () => samples);
  expect(seriesOf(await shown.text())).toEqual(
    expect.arrayContaining(['breakwater_halts_total 3', 'breakwater_rollouts{state="running"} 2']),
  );
  samples = [{ ...HALTS, value: 4 }];
  const later = seriesOf(await shown.text());
  expect(later).toContain('breakwater_halts_total 4');
  expect(later.filter((line) => line.startsWith('breakwater_rollouts'))).toEqual([]);
});

test('of a store that does not answer nothing is shown, not even what it said last; all else is', async () => {
  let down = false;
  const shown = metrics(async () => {
    if (down) throw new Error('down');
    return [HALTS, RUNNING];
  });
  await shown.text();
  down = true;
  const lines = seriesOf(await shown.text());
  const stored = Object.values(METRICS).flatMap(({ name, source }) => (source === 'store' ? [name] : []));
  expect(lines.filter((line) => stored.some((name) => line.split(/[ {]/)[0] === name))).toEqual([]);
  expect(lines).toContain('breakwater_store_up 0');
  expect(lines).toContain('breakwater_safe_mode 1');
  down = false;
  expect(seriesOf(await shown.text())).toContain('breakwater_halts_total 3');
});

test('scrapes at the same time share one reading', async () => {
  let readings = 0;
  const shown = metrics(async () => {
    readings += 1;
    return [HALTS];
  });
  const [one, other] = await Promise.all([shown.text(), shown.text()]);
  expect(one).toBe(other);
  expect(seriesOf(one)).toContain('breakwater_halts_total 3');
  expect(readings).toBe(1);
});

test('what this process counts adds up', async () => {
  const shown = metrics(async () => []);
  shown.paged('duty', 'accepted');
  shown.paged('duty', 'accepted');
  shown.stored('commit', 0.002);
  shown.conflicted();
  const lines = seriesOf(await shown.text());
  expect(lines).toContain('breakwater_pages_total{channel="duty",outcome="accepted"} 2');
  expect(lines).toContain('breakwater_store_seconds_count{operation="commit"} 1');
  expect(lines).toContain('breakwater_version_conflicts_total 1');
});
