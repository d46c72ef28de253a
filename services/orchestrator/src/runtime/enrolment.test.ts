import { expect, test } from 'vitest';
import { AMS, enrolled, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { createOperations } from './operations.ts';
import { standWatch } from './sweep.ts';

test('hosts join while everything runs, and a faulty enrolment changes nothing, is logged once and shown', async () => {
  const o = await TestOrchestrator.ready();
  const stop = new AbortController();
  const watching = standWatch(o.deps, o.engine, stop.signal);
  await new Promise((resolve) => setImmediate(resolve));
  const operations = createOperations(o.deps, o.engine, async () => []);
  const known = async () => (await operations.hosts()).map(({ id }) => id);
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second += 1) await o.clock.advance(1000);
  };
  try {
    o.enrolment.written = [...AMS, 'ns5.ams'].map(enrolled);
    await seconds(6);
    expect(await known()).toContain('ns5.ams');

    o.enrolment.written = new Error('hosts.json/1/id repeats an id');
    await seconds(15);
    expect(await known()).toHaveLength(5);
    expect(await operations.unready()).toContain('hosts.json/1/id repeats an id');
    expect(o.lines.filter((line) => line.includes('read the enrolment'))).toHaveLength(1);

    o.enrolment.written = AMS.map(enrolled);
    await seconds(6);
    expect(await known()).not.toContain('ns5.ams');
    expect(await operations.unready()).toEqual([]);
  } finally {
    stop.abort();
    await watching;
  }
});
