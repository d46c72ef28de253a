import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html } from './html.ts';
import { page, statusPage } from './status-page.ts';
import { FakeOperations } from './testing/fakes.ts';
import { sampleHost, sampleRollout, T0 } from './testing/samples.ts';

const running = { stopped: false, by: null, reason: null, since: null };

describe('status page', () => {
  test('shows the fleet by datacenter and the rollouts with their waves', () => {
    const hosts = [
      sampleHost('ns1.fra', { datacenter: 'fra' as never, availability: 'unhealthy' }),
      sampleHost('ns2.ams', { status: null, availability: 'unknown' }),
      sampleHost('ns1.ams', { rollout: 'r-1' as never }),
    ];
    const rollouts = [sampleRollout({ state: 'halted' })];
    const { markup } = page({ hosts, rollouts, line: running, unready: [] }, true);
    const order = [
      'r-1: Let ams',
      '<span class="bad">halted</span>',
      'canary',
      '<h3>ams</h3>',
      'ns1.ams',
      'ns2.ams',
      'no generation known',
      '<h3>fra</h3>',
      '<span class="bad">unhealthy</span>',
    ];
    const places = order.map((text) => markup.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(markup).toContain('http-equiv="refresh"');
    expect(markup).not.toMatch(/<script|https?:/);
  });

  test('says that the line is stopped, and why', () => {
    const line = { stopped: true, by: 'sue' as never, reason: 'DNS & all', since: T0 };
    expect(page({ hosts: [], rollouts: [], line, unready: [] }, true).markup).toContain(
      'The line is stopped: DNS &amp; all',
    );
  });

  test('has something to say before anything was seen', () => {
    expect(page(null, false).markup).toContain('Nothing has been seen yet.');
  });

  test('many who look at once cost one look at the store', async () => {
    const operations = new FakeOperations();
    let looks = 0;
    operations.hosts = async () => {
      looks += 1;
      return operations.fleet;
    };
    const look = statusPage(operations);
    const pages = await Promise.all(Array.from({ length: 50 }, () => look()));
    expect(looks).toBe(1);
    expect(new Set(pages).size).toBe(1);
    await look();
    expect(looks).toBe(2);
  });

  test('whatever a value holds, it is never markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', ' ') }), (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        expect(markup.slice('<p title="'.length, -'</p>'.length).replace('">', '')).not.toMatch(/[<>"']/);
      }),
    );
  });
});
