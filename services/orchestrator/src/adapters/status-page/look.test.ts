import { FakeClock } from '@breakwater/shared/testing';
import { describe, expect, test } from 'vitest';
import { looker } from './look.ts';

const TIMES = { keepMs: 1000, patienceMs: 1500 };

function counted(clock: FakeClock) {
  const looks = { count: 0, fault: null as Error | null, hangs: false };
  const one = looker(
    async () => {
      looks.count += 1;
      if (looks.hangs) await new Promise(() => undefined);
      if (looks.fault) throw looks.fault;
      return looks.count;
    },
    clock,
    TIMES,
  );
  return { looks, one };
}

describe('many who look at once', () => {
  test('cost one look at the store, also just after it, until something has happened', async () => {
    const clock = new FakeClock();
    const { looks, one } = counted(clock);
    await Promise.all(Array.from({ length: 500 }, () => one.look()));
    await one.look();
    expect(looks.count).toBe(1);
    one.outdate();
    expect(await one.look()).toMatchObject({ seen: 2, fresh: true });
    await clock.advance(1001);
    expect(await one.look()).toMatchObject({ seen: 3, fresh: true });
  });
});

describe('a store that does not answer', () => {
  test('leaves what was seen last, with the time at which it was', async () => {
    const clock = new FakeClock();
    const { looks, one } = counted(clock);
    const { at } = (await one.look())!;
    looks.fault = new Error('down');
    await clock.advance(5000);
    expect(await one.look()).toEqual({ seen: 1, at, fresh: false });
    looks.fault = null;
    await clock.advance(5000);
    expect(await one.look()).toMatchObject({ fresh: true });
  });

  test('is nothing at all where nothing was seen yet', async () => {
    const { looks, one } = counted(new FakeClock());
    looks.fault = new Error('down');
    expect(await one.look()).toBeNull();
  });

  test('that hangs keeps nobody waiting for longer than the patience, and is asked once', async () => {
    const clock = new FakeClock();
    const { looks, one } = counted(clock);
    await one.look();
    looks.hangs = true;
    await clock.advance(5000);
    const waiting = [one.look(), one.look()];
    await clock.untilArmed();
    await clock.advance(1500);
    for (const look of await Promise.all(waiting)) expect(look).toMatchObject({ seen: 1, fresh: false });
    expect(looks.count).toBe(2);
  });
});
