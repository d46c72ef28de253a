import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Signal, Wakeups } from '../../services/orchestrator/src/adapters/wakeups/interface.ts';
import { redisWakeups } from '../../services/orchestrator/src/adapters/wakeups/redis-wakeups.ts';
import { type PrivateRedis, startRedis } from '../support/redis.ts';
import { host, quiet } from './fixtures.ts';

let redis: PrivateRedis;
const opened: Wakeups[] = [];
const PATIENTLY = { timeout: 20_000 };
const SIGNAL: Signal = { hosts: [host('ns1')], head: 7 };

/** Wakeups that are heard, and what was heard since. */
async function open(): Promise<{ wakeups: Wakeups; heard: Signal[]; end: () => void }> {
  const wakeups = redisWakeups({ ...redis.at, log: quiet });
  opened.push(wakeups);
  const heard: Signal[] = [];
  const end = wakeups.subscribe((signal) => heard.push(signal));
  await expectToHear(wakeups, heard);
  return { wakeups, heard, end };
}

/** At most once: until the subscription stands, signals pass by. */
async function expectToHear(wakeups: Wakeups, heard: Signal[]): Promise<void> {
  const before = heard.length;
  const signalled = async (): Promise<number> => {
    await wakeups.publish({ hosts: [], head: 0 });
    return heard.length;
  };
  await expect.poll(signalled, PATIENTLY).toBeGreaterThan(before);
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  for (const wakeups of opened.splice(0)) await wakeups.close();
});

test('a signal reaches every orchestrator, its own included, once each', async () => {
  const [one, two] = [await open(), await open()];
  await one.wakeups.publish(SIGNAL);
  for (const { heard } of [one, two]) {
    await expect.poll(() => heard, PATIENTLY).toContainEqual(SIGNAL);
    expect(heard.filter(({ head }) => head === SIGNAL.head)).toHaveLength(1);
  }
});

test('a subscription that has ended hears nothing more', async () => {
  const { wakeups, heard, end } = await open();
  const others: Signal[] = [];
  wakeups.subscribe((signal) => others.push(signal));
  end();
  await wakeups.publish(SIGNAL);
  await expect.poll(() => others, PATIENTLY).toContainEqual(SIGNAL);
  expect(heard).not.toContainEqual(SIGNAL);
});

test('what is not a signal is passed over', async () => {
  const { wakeups, heard } = await open();
  for (const forged of ['{', '{"hosts":["../x"],"head":8}', '{"hosts":[]}']) {
    await redis.run('PUBLISH', 'bw:signals', forged);
  }
  await wakeups.publish(SIGNAL);
  await expect.poll(() => heard, PATIENTLY).toContainEqual(SIGNAL);
  expect(heard.filter(({ head }) => head !== 0)).toEqual([SIGNAL]);
});

test('without Redis a signal is dropped without an error, and they go on when it is back', async () => {
  const { wakeups, heard } = await open();
  await redis.kill9();
  await wakeups.publish(SIGNAL);
  await redis.restart();
  await expectToHear(wakeups, heard);
});
