import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface Asset {
  /** With a digest of its content, so that a browser may keep it for ever. */
  name: string;
  type: string;
  content: string;
}

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const own = (name: string): string => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
const require = createRequire(import.meta.url);

function asset(name: string, type: string, content: string): [string, Asset] {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const [stem = '', extension = ''] = name.split('.');
  return [name, { name: `${stem}-${digest}.${extension}`, type, content }];
}

/** All that the pages load, read once at the start: nothing comes from elsewhere, where there may be nothing on the worst day. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  asset('page.css', CSS, own('page.css')),
  asset('live.js', SCRIPT, own('live.js')),
  asset('chart.js', SCRIPT, own('chart.js')),
  asset('uplot.js', SCRIPT, readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8')),
  asset('uplot.css', CSS, readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8')),
]);

/** @throws when there is no such asset: a page that names it would be broken. */
export function assetNamed(name: string): Asset {
  const found = ASSETS.get(name);
  if (!found) throw new Error(`there is no asset ${name}`);
  return found;
}
