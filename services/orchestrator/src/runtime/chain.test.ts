import { type OperatorName, pass, type RolloutId } from '@breakwater/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GENESIS } from '../adapters/store/interface.ts';
import type { DomainEvent, LoggedEvent } from '../core/event.ts';
import { haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain, verifyChain } from './chain.ts';

const rollout = fc.integer({ min: 1, max: 99 }).map((n) => `r-${n}` as RolloutId);
const by = fc.constantFrom('ada' as OperatorName, 'rex' as OperatorName);
const event: fc.Arbitrary<DomainEvent> = fc.oneof(
  fc.record({ type: fc.constant('line.stopped' as const), by, reason: fc.string() }),
  fc.record({
    type: fc.constant('page.delivered' as const),
    rollout,
    page: fc.string(),
    channel: fc.string({ unit: 'grapheme' }),
  }),
  fc.record({
    type: fc.constant('rollout.state' as const),
    rollout,
    from: fc.constant('running' as const),
    to: fc.constantFrom('halted' as const, 'paused' as const),
    verdict: fc.string().map((reason) => pass('x', reason)),
  }),
);
/** A log of at least two events, written in several goes, as it comes back from the store. */
const log = fc
  .array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 })
  .map((batches) => {
    const written: LoggedEvent[] = [];
    for (const [at, batch] of batches.entries()) written.push(...chain(written.at(-1) ?? GENESIS, batch, at));
    return JSON.parse(JSON.stringify(written)) as LoggedEvent[];
  });

/** Every leaf of an event, as a path. */
function leaves(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]));
}

function changed<T>(value: T, [name, ...rest]: string[]): T {
  if (name === undefined) return (typeof value === 'number' ? value + 1 : `${String(value)}x`) as T;
  const record = value as Record<string, unknown>;
  return { ...record, [name]: changed(record[name], rest) } as T;
}

test('a log that is as it was written verifies, in one go or in parts, and leads to its head', () => {
  fc.assert(
    fc.property(log, fc.nat(), (events, cut) => {
      const { seq, hash } = events.at(-1)!;
      expect(verifyChain(events, GENESIS)).toEqual({ seq, hash });
      const at = cut % events.length;
      const head = verifyChain(events.slice(0, at), GENESIS);
      expect(verifyChain(events.slice(at), head)).toEqual({ seq, hash });
    }),
  );
});

test('an event that was changed anywhere is found', () => {
  fc.assert(
    fc.property(log, fc.nat(), fc.nat(), (events, which, where) => {
      const at = which % events.length;
      const paths = leaves(events[at]);
      const spoilt = events.with(at, changed(events[at]!, paths[where % paths.length]!));
      expect(() => verifyChain(spoilt, GENESIS)).toThrow('The event log is not intact');
    }),
    { numRuns: 500 },
  );
});

test('an event that was replaced, with a hash that fits it, is found by the next one, and the last by the head', () => {
  fc.assert(
    fc.property(log, event, fc.nat(), (events, other, which) => {
      const at = which % events.length;
      const { seq, prev, at: time, hash } = events[at]!;
      const [forged] = chain({ seq: seq - 1, hash: prev }, [other], time);
      fc.pre(forged.hash !== hash);
      const verify = () => verifyChain(events.with(at, forged), GENESIS);
      const next = events[at + 1];
      if (!next) {
        expect(verify().hash).not.toBe(hash);
        return;
      }
      expect(verify).toThrow(`event ${seq + 1} does not name the hash`);
      // To name the new hash there is not enough either: all that follow would have to be made anew.
      const named = events.with(at, forged).with(at + 1, { ...next, prev: forged.hash });
      expect(() => verifyChain(named, GENESIS)).toThrow(`event ${seq + 1} does not have the hash`);
    }),
  );
});

test('an event that was taken out, put twice, moved or added is found', () => {
  fc.assert(
    fc.property(log, fc.nat(), (events, which) => {
      const { hash: head } = events.at(-1)!;
      const at = which % (events.length - 1);
      expect(() => verifyChain(events.toSpliced(at, 1), GENESIS)).toThrow('not intact');
      expect(() => verifyChain(events.toSpliced(at, 0, events[at]!), GENESIS)).toThrow('not intact');
      const [one, two] = [events[at]!, events[at + 1]!];
      expect(() => verifyChain(events.toSpliced(at, 2, two, one), GENESIS)).toThrow('not intact');
      const field = Object.assign({}, events[at], { note: 'x' });
      expect(() => verifyChain(events.with(at, field), GENESIS)).toThrow(`event ${at + 1} does not have`);
      // A log that was cut at its end is whole in itself, and does not lead to the head.
      expect(verifyChain(events.slice(0, -1), GENESIS).hash).not.toBe(head);
      expect(() => verifyChain(events.slice(1), GENESIS)).toThrow('event 2 follows event 0');
    }),
  );
});

test('a log that another one was grafted onto is found', () => {
  const two = (reason: string) =>
    chain(
      GENESIS,
      [reason, 'then'].map((why): DomainEvent => {
        return { type: 'line.stopped', by: 'ada' as OperatorName, reason: why };
      }),
      0,
    );
  const [first] = two('a');
  const [, second] = two('b');
  expect(() => verifyChain([first!, second!], GENESIS)).toThrow('event 2 does not name the hash of event 1');
});

test('what the engine writes verifies, once read back', async () => {
  const o = await TestOrchestrator.ready();
  await haltedRollout(o);
  await o.deliver();
  expect(verifyChain(await o.events(), GENESIS)).toEqual((await o.store.snapshot()).head);
});
