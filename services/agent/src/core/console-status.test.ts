import { pass } from '@breakwater/shared';
import { expect, test } from 'vitest';
import { consoleStatus, type StatusScene } from './console-status.ts';
import { recall } from './memory.ts';
import { digest } from './testing/examples.ts';

const OLD = digest('a');
const adopted = { type: 'adopted', generation: OLD, seq: 1, at: 5, boot: 'boot-1' } as const;

const SCENE: StatusScene = {
  host: 'ns1.ams',
  root: '/etc/named',
  agent: { pid: 7 },
  memory: recall([adopted]),
  records: [adopted],
  journalDamage: null,
  live: OLD,
  daemon: { process: { pid: 8, startedAt: 1 }, exits: 0, lastExit: null },
  health: pass('answered', 'All is well.'),
  healthAgeMs: 0,
  spread: 0,
  drift: { kind: 'none', reason: 'The live files are those that were recorded.' },
  now: { at: 1000, boot: 'boot-1' },
};

test('a link that leads elsewhere by now is not called free of drift, because it was a moment ago', () => {
  expect(consoleStatus(SCENE).drift).toMatchObject({ kind: 'none' });
  expect(consoleStatus({ ...SCENE, live: null }).drift).toBeNull();
  const found = { kind: 'link', reason: 'The managed root leads elsewhere.' } as const;
  expect(consoleStatus({ ...SCENE, live: null, drift: found }).drift).toEqual(found);
});
