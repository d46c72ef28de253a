import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** A phone that is held upright, and one that is small. */
export const PHONE = { width: 360, height: 740 };
const DESK = { width: 1200, height: 900 };

/** Debian's own browser. */
export const CHROMIUM = '/usr/bin/chromium';

/** It never asks anything outside this machine. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--disable-dev-shm-usage', '--disable-background-networking'],
  });
}

/** A page of its own, in a browser without any memory; what its console calls an error is kept in `faults`. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[]; close: () => Promise<void> }> {
  const context = await browser.newContext({ viewport: DESK, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(url, { waitUntil: 'load' });
  return { page, faults, close: () => context.close() };
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds wrong with a page, as it is now: for people who see, hear or use it otherwise than its author. */
export async function violations(page: Page): Promise<string[]> {
  // The policy of the page forbids scripts that are not its own; what the debugger evaluates is not held back by it.
  await page.evaluate(AXE);
  const found = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
  );
  return (found as Violation[]).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** By how much the page is wider than the window: what somebody with a phone would have to push aside. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}
