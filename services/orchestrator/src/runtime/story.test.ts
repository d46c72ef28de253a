import { beforeEach, describe, expect, test } from 'vitest';
import { timelineMarkdown } from '../adapters/http/timeline-markdown.ts';
import { timelineOf } from '../adapters/http/timeline.ts';
import type { Rollout } from '../core/rollout.ts';
import { haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { changedFiles } from './changed-files.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** The story of a rollout as it would be answered now. */
async function story(id: Rollout['id']) {
  const rollout = await o.stored(id);
  return timelineOf(rollout, await o.events(id), await changedFiles(o.store, rollout));
}

describe('the story of a rollout that its canary halted', () => {
  test('is told in a few sentences, with the rule that decided and the seconds of wrong answers', async () => {
    const { id } = await haltedRollout(o);
    await o.deliver();
    await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
    const told = await story(id);
    expect(told.summary).toMatch(
      /^A change, "[^"]+", was to go to \d+ hosts in \d waves.* The machine halted it .*, before any wave had passed, because a canary host fails, in whatever way: .*\. 1 of \d+ hosts answered wrongly for [\d.]+m?s in all \(canary\)\. The rollout is halted now, and no host keeps the change\.$/,
    );
    expect(told.decided).toMatchObject({ rule: 'canaryFails' });
    const [spell] = told.served.spells;
    expect(told.served).toMatchObject({ hosts: 1, unknown: 0, knownMs: spell?.ms });
    expect(spell).toMatchObject({ host: 'ns1.ams', wave: 'canary', known: 'over' });
    expect(told.key.map(({ what, at }) => [what, at !== null])).toEqual([
      ['Submitted', true],
      ['First host changed', true],
      ['First seen failing', true],
      ['Halted', true],
      ['Page taken', true],
      ['First decision of a person', false],
      ['All right answers back', true],
      ['Ended', false],
    ]);
  });

  test('names the files that were changed once the store has both bundles, and never what is in them', async () => {
    const before = { 'all/named.conf': 'options { secret-of-before; };', 'all/gone.zone': 'x' };
    const after = { 'all/named.conf': 'options { secret-of-after; };' };
    const first = await o.submit({ bundle: { files: before } });
    await o.until(first.id, ({ state }) => state === 'succeeded');
    for (const host of o.hosts.values()) {
      host.generation = first.bundle;
      await host.poll(o.desk);
    }
    const { id } = await o.submit({ bundle: { files: after } });
    const told = await story(id);
    expect(told.changes).toMatchObject({
      replaces: first.bundle,
      files: [
        { path: 'gone.zone', change: 'removed' },
        { path: 'named.conf', change: 'changed' },
      ],
    });
    expect(JSON.stringify(told) + timelineMarkdown(told)).not.toContain('secret-of');
  });

  test('says "still" and "unknown" where an end is not known, and never 0', async () => {
    const { id } = await haltedRollout(o);
    const { hosts, ...rest } = await o.stored(id);
    const rows = Object.values(hosts).map((row) => {
      const wrong = row.id === 'ns1.ams' ? [{ from: rest.createdAt, until: null }] : row.wrong;
      return [
        row.id,
        { ...row, wrong: row.id === 'ns2.ams' ? [{ from: null, until: null }] : wrong },
      ] as const;
    });
    const told = timelineOf({ ...rest, hosts: Object.fromEntries(rows) }, await o.events(id));
    expect(told.served.spells.map(({ known, ms }) => [known, ms])).toEqual([
      ['still', null],
      ['unknown', null],
    ]);
    expect(told.summary).toContain('1 of 4 hosts answered wrongly');
    expect(told.summary).toContain('for how long is unknown in 2 cases');
    const text = timelineMarkdown(told);
    expect(text).toMatch(/\| ns1.ams \| canary \| 1.* \| not yet \| unknown \|/);
    expect(text).toMatch(/\| ns2.ams \| .* \| unknown \| unknown \| unknown \|/);
  });
});

test('a host that was lost leaves a gap from its last word on', async () => {
  const { id } = await o.submit();
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'soaking');
  const { id: canary } = o.host('ns1.ams');
  o.hosts.delete('ns1.ams');
  await o.clock.advance(3_600_000);
  await o.look(id);
  const told = await story(id);
  expect(told.gaps).toMatchObject([{ host: canary, until: null }]);
  expect(told.served.spells).toMatchObject([{ host: canary, known: 'unknown', ms: null }]);
  expect(timelineMarkdown(told)).toContain(`Nothing is known of ${canary} between `);
});
