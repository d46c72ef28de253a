import { expect, test } from 'vitest';
import { inTurns } from './turns.ts';

/** Work that says when it begins, and goes on until it is let go. */
function work(name: string, said: string[]) {
  const gate = Promise.withResolvers<string>();
  const run = async (): Promise<string> => {
    said.push(`${name} begins`);
    const result = await gate.promise;
    said.push(`${name} ends`);
    return result;
  };
  return { run, ...gate };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one work begins when the one before it has ended, in the order in which they came', async () => {
  const said: string[] = [];
  const inTurn = inTurns();
  const [first, second] = [work('first', said), work('second', said)];
  const results = [inTurn(first.run), inTurn(second.run)];
  second.resolve('2');
  await settled();
  expect(said).toEqual(['first begins']);
  first.resolve('1');
  expect(await Promise.all(results)).toEqual(['1', '2']);
  expect(said).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('a work that fails is told to whoever asked for it, and keeps nobody waiting', async () => {
  const said: string[] = [];
  const inTurn = inTurns();
  const [first, second] = [work('first', said), work('second', said)];
  const failure = inTurn(first.run).catch((error: unknown) => error);
  const result = inTurn(second.run);
  first.reject(new Error('no'));
  second.resolve('2');
  expect(await failure).toEqual(new Error('no'));
  expect(await result).toBe('2');
});
