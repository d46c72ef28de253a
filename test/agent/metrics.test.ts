import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Readings } from '../../services/agent/src/adapters/metrics/interface.ts';
import { promMetrics } from '../../services/agent/src/adapters/metrics/prom.ts';
import { serveMetrics } from '../../services/agent/src/adapters/metrics/server.ts';
import { parseConfig } from '../../services/agent/src/config.ts';
import { PHASES } from '../../services/agent/src/core/transitions.ts';

const ADDRESS = '127.0.0.1';
const LIVE = 'a'.repeat(64);

let server: Server | null = null;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = null;
});

const unknown: Readings = {
  live: null,
  lastKnownGood: null,
  phase: 'none',
  daemon: { running: false, exits: 0 },
  drifted: null,
  roundAgeMs: null,
};

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, ADDRESS);
  await once(probe, 'listening');
  const at = probe.address();
  probe.close();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return at.port;
}

async function serve(
  read: () => Readings,
): Promise<{ url: string; metrics: ReturnType<typeof promMetrics> }> {
  const metrics = promMetrics(read, '1.2.3');
  const port = await freePort();
  server = await serveMetrics({ address: ADDRESS, port }, () => metrics.text());
  return { url: `http://${ADDRESS}:${port}/metrics`, metrics };
}

async function scrape(url: string): Promise<string[]> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  return (await response.text()).split('\n');
}

describe('a scrape', () => {
  test('shows what was counted and what is true', async () => {
    let readings: Readings = {
      live: LIVE,
      lastKnownGood: 'b'.repeat(64),
      phase: 'soaking',
      daemon: { running: true, exits: 3 },
      drifted: true,
      roundAgeMs: 1500,
    };
    const { url, metrics } = await serve(() => readings);
    metrics.checked('pass', 2);
    metrics.checked('pass', 30);
    metrics.checked('fail', 400);
    const lines = await scrape(url);
    for (const line of [
      'breakwater_agent_checks_total{result="pass"} 2',
      'breakwater_agent_checks_total{result="fail"} 1',
      'breakwater_agent_checks_total{result="inconclusive"} 0',
      'breakwater_agent_check_seconds_bucket{le="0.05"} 2',
      'breakwater_agent_check_seconds_count 3',
      'breakwater_agent_daemon_up 1',
      'breakwater_agent_daemon_exits_total 3',
      'breakwater_agent_generation_info{role="live",generation="aaaaaaaaaaaa"} 1',
      'breakwater_agent_generation_info{role="last_known_good",generation="bbbbbbbbbbbb"} 1',
      'breakwater_agent_journal_phase{phase="soaking"} 1',
      'breakwater_agent_journal_phase{phase="applying"} 0',
      'breakwater_agent_drift 1',
      'breakwater_agent_last_round_age_seconds 1.5',
      `breakwater_agent_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.filter((line) => line.startsWith('breakwater_agent_journal_phase{'))).toHaveLength(
      PHASES.length + 1,
    );

    // A supervisor that started anew counts from 0, and a generation that is no longer live is no longer shown.
    readings = { ...readings, live: 'c'.repeat(64), daemon: { running: false, exits: 1 } };
    const later = await scrape(url);
    expect(later).toContain('breakwater_agent_daemon_exits_total 1');
    expect(later).toContain('breakwater_agent_daemon_up 0');
    expect(later.filter((line) => line.includes('aaaaaaaaaaaa'))).toEqual([]);
  });

  test('shows nothing, and not 0, of what nobody knows', async () => {
    const { url } = await serve(() => unknown);
    const lines = await scrape(url);
    for (const name of ['generation_info', 'drift', 'last_round_age_seconds']) {
      expect(lines.filter((line) => line.startsWith(`breakwater_agent_${name}`))).toEqual([]);
    }
  });

  test('is in the format that Prometheus reads: one HELP and one TYPE for each name, before its series', async () => {
    const { url, metrics } = await serve(() => ({ ...unknown, live: LIVE }));
    metrics.checked('noData', 1000);
    const lines = (await scrape(url)).filter((line) => line !== '');
    const helps = lines.filter((line) => line.startsWith('# HELP ')).map((line) => line.split(' ')[2]);
    expect(new Set(helps).size).toBe(helps.length);
    for (const line of lines) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"\\]*",?)+\})? [\d.e+-]+)$/);
    }
  });
});

describe('only metrics are served, and only read', () => {
  test.each([
    ['GET', '/', 404],
    ['GET', '//', 404],
    ['GET', '/metrics/../etc', 404],
    ['POST', '/metrics', 405],
    ['DELETE', '/metrics', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const { url } = await serve(() => unknown);
    const response = await fetch(new URL(url).origin + path, { method });
    expect(response.status).toBe(status);
  });

  test('a reading that throws is an error of that scrape, and of nothing else', async () => {
    let broken = true;
    const { url } = await serve(() => {
      if (broken) throw new Error('broken');
      return unknown;
    });
    expect((await fetch(url)).status).toBe(500);
    broken = false;
    await scrape(url);
  });
});

test.each(['0.0.0.0', '192.0.2.1', '::', 'localhost'])('metrics on %s are refused', (address) => {
  const config = JSON.stringify({ metrics: { address, port: 9000 } });
  expect(() => parseConfig(config)).toThrow(/\/metrics\/address: write (a loopback|an IP) address/);
});
