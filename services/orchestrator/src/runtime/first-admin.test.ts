import { beforeEach, expect, test } from 'vitest';
import { TestOrchestrator } from '../testing/test-orchestrator.ts';
import { ensureAdmin } from './first-admin.ts';
import { openTokenBook } from './token-book.ts';

let o: TestOrchestrator;
let shown: string[];
beforeEach(() => {
  o = new TestOrchestrator();
  o.enrolment.admin = false;
  shown = [];
});

const start = (one: TestOrchestrator, signal = new AbortController().signal) =>
  ensureAdmin(one.deps, one.engine, (token) => void shown.push(token), signal);

test('several that start together where nobody is an admin show one token, once, and log it nowhere', async () => {
  const others = [1, 2, 3].map(() => new TestOrchestrator([], o));
  for (const other of others) other.enrolment.admin = false;
  await Promise.all([o, ...others].map((one) => start(one)));
  expect(shown).toHaveLength(1);
  const [token = ''] = shown;
  expect(await openTokenBook(o.deps).operator(token)).toEqual({
    name: 'first-admin',
    role: 'admin',
    scope: null,
  });
  expect([o, ...others].flatMap(({ lines }) => lines).join('\n')).not.toContain(token);
  await start(o);
  expect(shown).toHaveLength(1);
});

test('where the file has an admin, none is made', async () => {
  o.enrolment.admin = true;
  await start(o);
  expect([shown, await o.events()]).toEqual([[], []]);
});

test('a token whose acknowledgement was lost is shown, and not a second one made', async () => {
  o.store.faults.repliesLost = 1;
  const started = start(o);
  await o.clock.untilArmed();
  await o.clock.advance(1000);
  await started;
  expect(shown).toHaveLength(1);
  expect(await o.types()).toEqual(['token.created']);
});

test('it waits for a store that is down, until it is stopped', async () => {
  o.store.faults.down = true;
  const stopped = new AbortController();
  const started = start(o, stopped.signal);
  await o.clock.untilArmed();
  stopped.abort();
  await started;
  expect(shown).toEqual([]);
});
