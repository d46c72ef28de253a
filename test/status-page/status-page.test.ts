import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { badChange, goodChange } from '../../deploy/development/src/changes.ts';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { submit } from '../support/rollouts.ts';
import { CHROMIUM, openBrowser, openPage, overhang, PHONE, violations } from './browser.ts';

const SCHEMES = ['light', 'dark'] as const;

// Each test looks at what the one before has left: a fleet is dear, and so is a halted rollout.
describe.skipIf(!existsSync(CHROMIUM))('the status page in a browser', () => {
  let fleet: Fleet;
  let browser: Browser;
  let halted = '';
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    [fleet, browser] = await Promise.all([
      startFleet({ hosts: 4, datacenters: 2, portBase: 28_600, addresses: '127.53.86.0/24' }),
      openBrowser(),
    ]);
  });
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });
  afterAll(async () => {
    await browser?.close();
    await fleet?.stop();
  });

  async function open(path: string, options: Parameters<typeof openPage>[2] = {}) {
    const opened = await openPage(browser, `${fleet.api}${path}`, options);
    closing.push(opened.close);
    return opened;
  }

  const says = (page: Page, part: string, text: string | RegExp): Promise<void> =>
    page.locator(part, { hasText: text }).first().waitFor({ timeout: 30_000 });

  test('shows a good rollout from its first wave to its last, without being loaded again', async () => {
    const { page, faults } = await open('/');
    await says(page, '#state', 'All quiet: 4 of 4 hosts healthy.');
    await page.evaluate('window.isStillHere = true');
    const id = await submit(fleet, goodChange);
    await says(page, '#state', `Rolling out: ${id}`);
    await page.locator('#fleet .cell.soaking').first().waitFor();
    await page.locator('#fleet .cell.kept').first().waitFor();
    await says(page, '#settled', `${id}: Let www.example.com`);
    await says(page, '#state', 'All quiet');
    expect(await page.evaluate('window.isStillHere')).toBe(true);
    expect(faults).toEqual([]);
  });

  test('shows a halt, what it left behind and what can be done, on the page that is open', async () => {
    const { page, faults } = await open('/');
    halted = await submit(fleet, badChange);
    await says(page, '#state', `HALTED: ${halted} at the canary ns1.ams`);
    await says(
      page,
      '#state',
      'The host is back on its old configuration. No host keeps the change. Decide:',
    );
    await says(page, '#pages', 'taken by sink');
    await says(page, '.actions', `breakwater abort ${halted}`);
    expect(await page.title()).toMatch(/^✗/);
    await page.click(`text=${halted}: Answer internal clients only`);
    await says(page, '#state', 'HALTED');
    await says(page, '.reasons', 'answered REFUSED');
    await page.click('#diff summary');
    await says(page, '#diff pre', '-  allow-query { any; };');
    await page.click('text=The whole timeline');
    await says(page, 'h1', `Timeline of ${halted}`);
    expect(faults).toEqual([]);
  });

  test.each(SCHEMES)(
    'has nothing against it in axe, and fits a phone, in a %s scheme',
    async (colorScheme) => {
      for (const path of ['/', `/rollouts/${halted}`, `/rollouts/${halted}/timeline`, '/rollouts/r-9999']) {
        const { page } = await open(path, { colorScheme, viewport: PHONE });
        await page.locator('#state').waitFor();
        // Unfolded there is more to find.
        await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
        expect({ path, found: await violations(page), overhang: await overhang(page) }).toEqual({
          path,
          found: [],
          overhang: 0,
        });
      }
    },
  );

  test('is whole without scripts, and then loads itself again', async () => {
    for (const path of ['/', `/rollouts/${halted}`]) {
      const { page } = await open(path, { javaScriptEnabled: false });
      expect(await page.textContent('#state')).toContain(`HALTED: ${halted}`);
      expect(await page.locator('meta[http-equiv="refresh"]').count()).toBe(1);
    }
  });

  test('goes on with what was seen last, and its age, while Redis is down; so does its copy', async () => {
    const paths = ['/', `/rollouts/${halted}`, `/rollouts/${halted}/timeline`];
    const pages = await Promise.all(paths.map(async (path) => (await open(path)).page));
    const copy = join(fleet.runDir, 'orchestrator', 'status.html');
    await execa('sv', ['-w', '20', 'force-stop', fleet.services['redis'] ?? '']);
    for (const page of pages) {
      await says(page, '#age', /REDIS DOES NOT ANSWER.*[1-9]\d* s ago/);
      expect(await page.textContent('#state')).toContain('HALTED');
      expect(await violations(page)).toEqual([]);
    }
    expect(await readFile(copy, 'utf8')).not.toContain('<script');
    const lone = await openPage(browser, pathToFileURL(copy).href, { javaScriptEnabled: false });
    closing.push(lone.close);
    await says(lone.page, '#age', 'REDIS DOES NOT ANSWER');
    await says(lone.page, '#state', `HALTED: ${halted}`);
    await execa('sv', ['up', fleet.services['redis'] ?? '']);
    for (const page of pages) await page.locator('#age p').waitFor({ state: 'detached', timeout: 20_000 });
  });

  test('says so when it cannot reach the orchestrator, and goes on by itself when it can', async () => {
    const { page } = await open('/');
    const service = fleet.services['orchestrator'] ?? '';
    await execa('sv', ['-w', '20', 'force-stop', service]);
    await says(page, '#offline', 'This page cannot reach the orchestrator.');
    await execa('sv', ['up', service]);
    await page.locator('#offline').waitFor({ state: 'hidden', timeout: 30_000 });
    await says(page, '#state', `HALTED: ${halted}`);
    expect(await page.locator('#offline').isHidden()).toBe(true);
  });
});
