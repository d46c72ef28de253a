import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { MemoryMetrics } from '../adapters/metrics/memory-metrics.ts';
import { PagerError } from '../adapters/pagers/interface.ts';
import { MemoryPager } from '../adapters/pagers/memory-pager.ts';
import { PAGE } from '../adapters/pagers/testing/pager-server.ts';
import { type Channels, openChannels } from './channels.ts';

const REFUSED = new PagerError('it answered 400', { status: 400, refused: true });

let [first, second]: [MemoryPager, MemoryPager] = [new MemoryPager('duty'), new MemoryPager('chat')];
let metrics = new MemoryMetrics();
let lines: string[] = [];
let channels: Channels;
beforeEach(() => {
  [first, second] = [new MemoryPager('duty'), new MemoryPager('chat')];
  [metrics, lines] = [new MemoryMetrics(), []];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  channels = openChannels({ metrics, log }, [first, second]);
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
