import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { badChange, goodChange } from '../../deploy/development/src/changes.ts';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { submit } from '../support/rollouts.ts';
import { openBrowser, openPage, PHONE } from './browser.ts';

// Takes the pictures of docs/screenshots from a fleet that lives: `npm run screenshots`. Look at each of them before it is
// committed; nothing else judges whether a page can be read.
const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

/** Long enough for a comparison gate to measure, and for a picture of the middle. */
const SOAK = { soak: '12s' };
const strategy = {
  canary: SOAK,
  datacenters: SOAK,
  global: { soak: '1s' },
  gates: [
    { kind: 'comparison', name: 'as-quick-as-the-others', every: '5s', during: ['canary', 'datacenter'] },
  ],
};

interface Picture {
  name: string;
  path: string;
  /** Taken once this can be seen. */
  until: string;
  device?: 'phone';
  dark?: boolean;
  /** The part to show; the top of the page otherwise. */
  part?: string;
}

/** As small as a desk can be: pictures of more are too large to keep. */
const DESK = { width: 900, height: 760 };

async function take(browser: Browser, fleet: Fleet, picture: Picture): Promise<void> {
  const { name, path, until, device, dark = false, part } = picture;
  const { page, close } = await openPage(browser, fleet.api + path, {
    viewport: device === 'phone' ? PHONE : DESK,
    colorScheme: dark ? 'dark' : 'light',
  });
  await page.locator(until).first().waitFor({ timeout: 120_000 });
  const shown = part === undefined ? page : page.locator(part);
  await shown.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled' });
  await close();
  console.log(`${name}.png`);
}

const fleet = await startFleet({ hosts: 30, datacenters: 3, portBase: 28_600 });
const browser = await openBrowser();
try {
  await take(browser, fleet, { name: 'quiet', path: '/', until: '#state.good' });
  const good = await submit(fleet, { ...goodChange, strategy });
  const path = `/rollouts/${good}`;
  await take(browser, fleet, {
    name: 'running',
    path: '/',
    until: '#live li:nth-child(3) .badge:text("soaking")',
  });
  const later = '#waves section:nth-of-type(4) .badge.busy';
  await take(browser, fleet, { name: 'rollout', path, until: later });
  await take(browser, fleet, { name: 'latency', path, until: later, part: '#latency' });
  await take(browser, fleet, { name: 'ended', path, until: '#state.good' });
  const bad = await submit(fleet, badChange);
  await take(browser, fleet, { name: 'halted', path: '/', until: '#state:has-text("is back on its old")' });
  await take(browser, fleet, {
    name: 'halted-phone',
    path: '/',
    until: '#state.bad',
    device: 'phone',
    dark: true,
  });
  await take(browser, fleet, { name: 'timeline', path: `/rollouts/${bad}/timeline`, until: '#state.bad' });
} finally {
  await browser.close();
  await fleet.stop();
}
