import { readFileSync } from 'node:fs';
import { LOG_FIELDS } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import { haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { logEvents } from './log-events.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** What the log has of a rollout's events, line by line. */
async function logged(id: Parameters<TestOrchestrator['stored']>[0]) {
  const lines: { level: string; fields: Record<string, unknown>; msg: string }[] = [];
  const at = (level: string) => (fields: Record<string, unknown>, msg: string) => {
    lines.push({ level, fields, msg });
  };
  const log = { info: at('info'), debug: at('debug') } as unknown as TestOrchestrator['deps']['log'];
  const rollout = await o.stored(id);
  const events = (await o.events(id)).map(
    ({ seq: _seq, at: _at, prev: _prev, hash: _hash, ...event }) => event,
  );
  logEvents({ log, metrics: o.metrics }, rollout, { rollout, events, pages: [], nextLookAt: null });
  return lines;
}

describe('the log of a rollout', () => {
  test('has every decision with its rollout, verdict and reason, in the words of the timeline', async () => {
    const { id } = await haltedRollout(o);
    const lines = await logged(id);
    expect(lines.every(({ fields }) => fields.rollout === id)).toBe(true);
    const halt = lines.find(({ fields }) => fields.event === 'rollout.state' && fields.to === 'halted');
    expect(halt).toMatchObject({
      level: 'info',
      msg: 'The rollout went from running to halted: ns1.ams answered REFUSED.',
      fields: { verdict: 'fail', code: 'wrong_answers', reason: 'ns1.ams answered REFUSED' },
    });
    const wave = lines.find(({ fields }) => fields.event === 'wave.state' && fields.to === 'failed');
    expect(wave?.fields).toMatchObject({ wave: 'canary', verdict: 'fail', code: 'wrong_answers' });
  });

  test('keeps the routine of hosts behind the canary for debug, and no grant', async () => {
    const { id } = await o.submit();
    await o.until(id, ({ state }) => state === 'succeeded');
    const behind = (await logged(id)).filter(({ fields }) => fields.host === 'ns2.ams');
    const told = behind.filter(({ level }) => level === 'info');
    expect(told.map(({ fields }) => fields.to ?? fields.event)).toEqual(['applying', 'host.confirming']);
    expect(behind.length).toBeGreaterThan(told.length);
  });

  test('holds neither a page nor what is in a bundle', async () => {
    const { id } = await o.submit({
      bundle: { files: { 'all/named.conf': 'options { planted-canary; };' } },
    });
    await o.until(id, ({ state }) => state === 'succeeded');
    expect(JSON.stringify(await logged(id))).not.toContain('planted-canary');
  });
});

test('the fields that the documentation names are those of the code', () => {
  const text = readFileSync(new URL('../../../../docs/logs.md', import.meta.url), 'utf8');
  const named = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(Object.values(LOG_FIELDS)));
});
