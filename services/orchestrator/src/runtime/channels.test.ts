import { FakeClock } from '@breakwater/shared/testing';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { MemoryMetrics } from '../adapters/metrics/memory-metrics.ts';
import { PagerError } from '../adapters/pagers/interface.ts';
import { MemoryPager } from '../adapters/pagers/memory-pager.ts';
import { PAGE } from '../adapters/pagers/testing/pager-server.ts';
import { type Channels, openChannels } from './channels.ts';

const REFUSED = new PagerError('it answered 400', { status: 400, refused: true });

let [first, second]: [MemoryPager, MemoryPager] = [new MemoryPager('duty'), new MemoryPager('chat')];
let clock = new FakeClock();
let metrics = new MemoryMetrics();
let lines: string[] = [];
let channels: Channels;
beforeEach(() => {
  [first, second] = [new MemoryPager('duty'), new MemoryPager('chat')];
  [clock, metrics, lines] = [new FakeClock(), new MemoryMetrics(), []];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  channels = openChannels({ clock, metrics, log }, [first, second]);
});

test('a channel that refuses a page for good is not asked for it again while another may take it', async () => {
  first.refusal = REFUSED;
  second.refusal = new Error('503');
  await expect(channels.wake(PAGE)).rejects.toThrow('no channel has taken');
  await expect(channels.wake(PAGE)).rejects.toThrow('no channel has taken');
  expect([first.tries, second.tries]).toEqual([1, 2]);
  expect(metrics.deliveries).toEqual([
    { channel: 'duty', outcome: 'refused' },
    { channel: 'chat', outcome: 'failed' },
    { channel: 'chat', outcome: 'failed' },
  ]);
  expect(lines.filter((line) => line.includes('refuses a page for good'))).toHaveLength(1);

  // Another page is offered to it all the same.
  await expect(channels.wake({ ...PAGE, id: 'r-1-p2' })).rejects.toThrow('no channel has taken');
  expect(first.tries).toBe(2);
});

test('a page that every channel refuses is offered to all again, until one is mended', async () => {
  [first.refusal, second.refusal] = [REFUSED, REFUSED];
  await expect(channels.wake(PAGE)).rejects.toThrow('no channel has taken');
  await expect(channels.wake(PAGE)).rejects.toThrow('no channel has taken');
  first.refusal = null;
  expect(await channels.wake(PAGE)).toBe('duty');
});

test('what is sent directly is tried with growing pauses, until a channel has taken it', async () => {
  [first.refusal, second.refusal] = [new Error('down'), new Error('down')];
  const sent = channels.sendDirectly(PAGE, new AbortController().signal);
  for (let n = 0; n < 90; n += 1) await clock.advance(1000);
  expect(first.tries).toBeGreaterThan(5);
  expect(first.tries).toBeLessThan(12);
  second.refusal = null;
  await clock.advance(30_000);
  expect(await sent).toBe('chat');
  expect(second.taken).toEqual([PAGE]);
});

test('what is sent directly ends with the process', async () => {
  [first.refusal, second.refusal] = [new Error('down'), new Error('down')];
  const stop = new AbortController();
  const sent = channels.sendDirectly(PAGE, stop.signal);
  stop.abort();
  await expect(sent).rejects.toThrow('aborted');
});
