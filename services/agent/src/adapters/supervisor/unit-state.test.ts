import { describe, expect, test } from 'vitest';
import { parseEntries } from './journal-log.ts';
import { unitExits } from './unit-exits.ts';
import { parseUnit, spanMs } from './unit-state.ts';

describe('what systemctl shows', () => {
  // Of systemd 252, for a unit that was killed and waits for its automatic restart.
  const shown = [
    'TimeoutStopUSec=1min 30s',
    'MainPID=0',
    'Result=signal',
    'NRestarts=2',
    'ExecMainExitTimestampMonotonic=11857380422',
    'ExecMainCode=2',
    'ExecMainStatus=9',
    'LoadState=loaded',
    'ActiveState=activating',
    'SubState=auto-restart',
    'InvocationID=9132b4662b474b38a1040484bbda3702',
    'CanReload=no',
  ].join('\n');

  test('is read', () => {
    expect(parseUnit(shown)).toMatchObject({
      load: 'loaded',
      active: 'activating',
      mainPid: null,
      restarts: 2,
      lastExit: 'killed by signal 9 (SIGKILL)',
      timeoutStop: '1min 30s',
      canReload: false,
    });
  });
  test('tells an exit from a kill, and neither while the first process runs', () => {
    const exited = shown.replace('Code=2', 'Code=1').replace('Status=9', 'Status=7');
    expect(parseUnit(exited).lastExit).toBe('exited with status 7');
    expect(parseUnit(shown.replace(/Monotonic=\d+/, 'Monotonic=0')).lastExit).toBeNull();
  });
  test.each([
    ['1min 30s', 90_000],
    ['10s', 10_000],
    ['1h 500ms', 3_600_500],
    ['infinity', Infinity],
    ['what', Infinity],
  ])('a time of "%s" is %d ms', (text, ms) => expect(spanMs(text)).toBe(ms));
});

describe('the exits of a unit', () => {
  const at = (invocation: string, restarts: number, running: boolean) => ({ invocation, restarts, running });
  test('are one when a process is gone, and none more when the next one runs', () => {
    const count = unitExits();
    expect([at('a', 0, true), at('a', 0, false), at('a', 1, false), at('b', 1, true)].map(count)).toEqual([
      0, 1, 1, 1,
    ]);
  });
  test('are counted also when nobody looked', () => {
    const count = unitExits();
    expect([at('a', 0, true), at('d', 3, true), at('d', 3, false)].map(count)).toEqual([0, 3, 4]);
  });
  test('never go back when systemd counts from zero again after a restart that was asked for', () => {
    const count = unitExits();
    expect([at('a', 4, true), at('b', 0, true), at('c', 1, true)].map(count)).toEqual([4, 5, 6]);
  });
});

test('of the journal, entries that cannot be read are left out', () => {
  const good = '{"__CURSOR":"s=1","__MONOTONIC_TIMESTAMP":"5","MESSAGE":"all zones loaded"}';
  expect(parseEntries(['no json', '{"MESSAGE":[1,2]}', good]).map((entry) => entry.message)).toEqual([
    'all zones loaded',
  ]);
});
