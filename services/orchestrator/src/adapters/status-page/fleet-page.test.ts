import { fail, HOST_STATES } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleHost, sampleRollout, sampleRow, T0 } from '../http/testing/samples.ts';
import { LEGAL } from '../../core/commands.ts';
import { lookOf } from './cells.ts';
import { blindPage, fleetPage } from './fleet-page.ts';
import { html } from './html.ts';
import { live } from './layout.ts';
import { rolloutPage } from './rollout-page.ts';
import { sampleSight } from './testing/sample-sight.ts';
import { timelinePage } from './timeline-page.ts';

const markupOf = (sight = sampleSight(), age: Parameters<typeof fleetPage>[2] = null): string =>
  fleetPage(sight, T0, age, live(0)).main.markup;

const PAGE = {
  id: 'r-1-p1',
  dedupKey: 'k',
  severity: 'critical' as const,
  status: 'firing' as const,
  summary: 'Rollout halted',
  rollout: 'r-1',
  code: 'check_failed',
  reason: 'x',
  decide: 'x',
  at: new Date(T0).toISOString(),
};

describe('the first page', () => {
  test('shows the fleet by datacenter, in the order of numbers, each host with a sign and words', () => {
    const hosts = ['ns10.ams', 'ns2.ams', 'ns1.fra'].map((id) =>
      sampleHost(id, { datacenter: id.slice(-3) as never }),
    );
    const markup = markupOf(sampleSight({ hosts }));
    const order = [
      '>ams',
      'ns2.ams: healthy',
      'ns10.ams: healthy',
      '>fra',
      'ns1.fra: healthy',
      'What the signs mean',
    ];
    const places = order.map((text) => markup.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('says what became of each page', () => {
    const markup = markupOf(
      sampleSight({
        pages: [
          { page: PAGE, takenAt: null, channel: null },
          { page: { ...PAGE, id: 'p2' }, takenAt: T0, channel: 'duty' },
          { page: { ...PAGE, id: 'p3', status: 'resolved' }, takenAt: T0, channel: null },
        ],
      }),
    );
    for (const words of ['NOT TAKEN yet', 'taken by duty', 'nobody had to be told'])
      expect(markup).toContain(words);
  });

  test('is marked with its age when the store does not answer', () => {
    const markup = markupOf(sampleSight(), { seenAt: T0 - 65_000, now: T0 });
    expect(markup).toMatch(/REDIS DOES NOT ANSWER.*2025-12-31 23:58:55 UTC, 1 min ago/);
    // What was so then is not said as if it were so now.
    expect(markup).toMatch(/<p id="state" class="state quiet old"[^>]*>Last seen 1 min ago: All quiet/);
    expect(blindPage().main.markup).toContain('nothing has been seen yet');
  });

  test('marks a host that runs something else than declared, in words too', () => {
    const markup = markupOf(
      sampleSight({ hosts: [sampleHost('ns1.ams', { desired: 'otherother' as never })] }),
    );
    expect(markup).toContain('class="cell stray" title="ns1.ams: runs another configuration than declared"');
    expect(markup).toMatch(/<span class="spoken">ns1\.ams: runs another configuration than declared/);
    expect(markup).toMatch(/Runs [0-9a-f]{12}, declared is otherother\./);
  });

  test('shows the freeze that is in force and the next one', () => {
    const line = {
      stopped: false,
      by: null,
      reason: null,
      since: null,
      frozen: { name: 'nights', until: T0 + 1000 },
    };
    const nextFreeze = { name: 'year end', from: T0 + 2000, until: T0 + 3000 };
    const markup = markupOf(sampleSight({ line, nextFreeze }));
    expect(markup).toMatch(/Frozen by “nights” until 00:00:01 UTC/);
    expect(markup).toMatch(/Next: “year end”/);
  });

  test('offers what is legal and of use: host verbs where a host has failed, the way back where one has changed', () => {
    const failed = sampleRow('ns1.ams', { failure: fail('x', 'y') });
    const changed = sampleRow('ns2.ams', { changed: true });
    for (const hosts of [{}, { 'ns1.ams': failed }, { 'ns2.ams': changed }]) {
      for (const state of Object.keys(LEGAL.abort.from).map((i) => LEGAL.abort.from[Number(i)]!)) {
        const rollout = sampleRollout({ state });
        const markup = markupOf(
          sampleSight({ live: [{ ...rollout, hosts: { ...rollout.hosts, ...hosts } }] }),
        );
        const offered = [...markup.matchAll(/breakwater (\w+) r-1/g)].map(([, verb]) => verb);
        const legal = Object.entries(LEGAL)
          .filter(([, { from }]) => from.includes(state))
          .map(([verb]) => verb);
        const useless = [
          ...('ns1.ams' in hosts ? [] : ['retry', 'skip']),
          ...('ns2.ams' in hosts ? [] : ['rollback']),
        ];
        expect(new Set(offered)).toEqual(new Set(legal.filter((verb) => !useless.includes(verb))));
      }
    }
  });
});

test('a host that is unhealthy, unheard or failed never looks well, whatever its rollout makes of it', () => {
  for (const state of HOST_STATES) {
    for (const availability of ['unhealthy', 'unknown'] as const) {
      const { words } = lookOf(sampleHost('ns1.ams', { availability }), sampleRow('ns1.ams', { state }));
      expect(words).not.toMatch(/^healthy|keeps|waits|soaks|proves/);
    }
    const { words } = lookOf(sampleHost('ns1.ams'), sampleRow('ns1.ams', { state }));
    expect(words.startsWith('failed')).toBe(['failed', 'lost', 'revertFailed'].includes(state));
  }
});

describe('hostile text', () => {
  const text = `<script>alert(1)</script>"'&<img src=x onerror=1>`;
  const rollout = sampleRollout({
    state: 'halted',
    title: text,
    reason: text,
    ticket: text,
    verdict: { ...fail('x', text), host: text, wave: text },
    hosts: {
      'ns1.ams': sampleRow('ns1.ams', { failure: fail('x', text), state: 'skipped' }),
      'ns2.ams': sampleRow('ns2.ams'),
    } as never,
    gates: {
      canary: [
        { gate: text, phase: 'during', begunAt: 0, at: 0, clearAt: 0, verdict: fail('x', text), misses: 0 },
      ],
    },
    emergency: { incident: text, expiresAt: T0 },
  });
  const host = sampleHost(text, { datacenter: text as never, availability: 'unhealthy', drift: text });
  const timeline = {
    summary: text,
    key: [{ what: text, at: null, note: text }],
    gaps: [{ from: PAGE.at, until: null, host: text, why: text }],
    waves: [{ wave: text, hosts: 1, state: 'failed', startedAt: null, endedAt: null, durationMs: null }],
    entries: [{ at: PAGE.at, sinceStartMs: 0, text }],
  };
  const diff = [
    {
      hosts: [text as never],
      from: null,
      known: true,
      truncated: true,
      files: [{ path: text, change: 'changed' as const, unified: `+${text}\n` }],
    },
  ];
  const seen = { rollout, hosts: [host], timeline: timeline as never, latencies: [], diff };
  const options = { now: T0, age: null, place: live(1), showDiff: true };

  test.each([
    [
      'the first page',
      () =>
        fleetPage(
          sampleSight({
            hosts: [host],
            live: [rollout],
            settled: [rollout],
            unready: [text],
            pages: [{ page: { ...PAGE, summary: text, rollout: text }, takenAt: 1, channel: text }],
            line: { stopped: true, by: null, reason: text, since: null, frozen: { name: text, until: 1 } },
          }),
          T0,
          null,
          live(0),
        ),
    ],
    ['the page of a rollout', () => rolloutPage(seen, options)],
    ['its timeline', () => timelinePage(seen, T0, null, live(2))],
  ])('stays text on %s', (_name, make) => {
    const { main, title } = make();
    const { markup } = main;
    expect(markup).toContain('&lt;script&gt;alert(1)');
    expect(markup).not.toMatch(/<script|<img/);
    expect(html`<title>${title}</title>`.markup).not.toMatch(/<script|<img/);
    // No attribute was left by a quote in a text.
    expect(markup.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*onerror/);
  });

  test('is never markup, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', ' ') }), (part) => {
        const { markup } = html`<p title="${part}">${part}</p>`;
        expect(markup.slice('<p title="'.length, -'</p>'.length).replace('">', '')).not.toMatch(/[<>"']/);
      }),
    );
  });
});

describe('what is in the files', () => {
  const diff = [
    {
      hosts: ['ns1.ams' as never],
      from: null,
      known: true,
      truncated: false,
      files: [{ path: 'secret.zone', change: 'added' as const, unified: '+hidden A 192.0.2.9\n' }],
    },
  ];
  const page = (showDiff: boolean): string =>
    rolloutPage(
      { rollout: sampleRollout(), hosts: [], timeline: null, latencies: [], diff },
      { now: T0, age: null, place: live(1), showDiff },
    ).main.markup;

  test('is shown only with leave: without it there are numbers, and neither names nor text', () => {
    expect(page(true)).toMatch(/secret\.zone[^]*hidden A 192\.0\.2\.9/);
    expect(page(false)).toContain('1 file added');
    expect(page(false)).not.toMatch(/secret|192\.0\.2\.9/);
  });
});
