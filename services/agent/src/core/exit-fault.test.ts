import { expect, test } from 'vitest';
import { exitFault } from './exit-fault.ts';

test.each([
  [{ lastExit: null }, 'daemon_exited', 'It ended.'],
  [{ lastExit: 'exited with status 0' }, 'daemon_exited', 'It ended: exited with status 0.'],
  // How it ended long ago is not why it is not seen now: it may well run.
  [{ lastExit: 'exited with status 0', unsupervised: true }, 'daemon_unsupervised', 'it may still run'],
])('of %o is told %s', (daemon, code, words) => {
  const verdict = exitFault('It ended', daemon);
  expect(verdict).toMatchObject({ verdict: 'fail', code });
  expect(verdict.reason).toContain(words);
});
