import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Check, ERRORS, formatDuration, METRICS, Strategy } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../services/agent/src/config.ts';
import { EXIT, ORDERS } from '../../services/agent/src/core/console.ts';
import { TRANSITIONS } from '../../services/agent/src/core/transitions.ts';
import { PERMISSIONS, ROUTE_PERMISSIONS } from '../../services/orchestrator/src/adapters/http/roles.ts';
import { LEGAL } from '../../services/orchestrator/src/core/commands.ts';
import { HALTING_RULE, IN_WORDS, STAGES } from '../../services/orchestrator/src/core/halting-rule.ts';
import {
  HOST_TRANSITIONS,
  ROLLOUT_TRANSITIONS,
  WAVE_TRANSITIONS,
} from '../../services/orchestrator/src/core/transitions.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

const FOLDERS = ['.ci', 'deploy', 'docs', 'packages', 'services', 'test'];
const PATHS = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.includes('node_modules'))
      .map((path) => `${folder}/${path}`),
  ),
];

/** Every table row below a heading, up to the next one, as its cells without backticks. */
function rowsBelow(page: string, heading: string): string[][] {
  const [, section = ''] = read(page).split(new RegExp(`^#+ ${heading}$`, 'm'));
  return (section.split(/^#/m)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}

const words = (cell: string | undefined): string[] =>
  cell === undefined || cell === '—' ? [] : cell.split(', ');

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('names only paths that exist', () => {
    // Text may leave out the folders ahead of a path that is plain without them: `core/halting.ts`.
    const files = text.match(/(?<![\w./])[\w.][\w./-]*\.(?:ts|cjs|sh|yaml|md)\b/g) ?? [];
    const quoted = [...text.matchAll(/`([\w.][\w./-]*)`/g)].map(([, token = '']) => token);
    const folders = quoted.filter((token) => /^(?:core|runtime|adapters)\/[\w/-]*\/?$/.test(token));
    const rooted = quoted.filter((token) => FOLDERS.some((folder) => token.startsWith(`${folder}/`)));
    const settings = quoted.filter((token) => /^\.[\w.-]+\.(?:json|cjs)$/.test(token));
    const exists = (name: string): boolean => {
      const path = name.replace(/\/$/, '');
      return PATHS.some((known) => known === path || known.endsWith(`/${path}`));
    };
    const missing = [
      ...[...files, ...folders].filter((path) => !exists(path)),
      ...[...rooted, ...settings].filter((path) => !existsSync(join(ROOT, path))),
    ];
    expect(missing).toEqual([]);
  });

  test('links only to pages that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });
});

describe('what the documentation says is what the code does', () => {
  test.each([
    ['Rollout', ROLLOUT_TRANSITIONS],
    ['Wave', WAVE_TRANSITIONS],
    ['Host within a rollout', HOST_TRANSITIONS],
    ['Journal of an agent', TRANSITIONS],
  ])('the states: %s', (heading, transitions) => {
    const rows = rowsBelow('docs/ARCHITECTURE.md', heading);
    expect(Object.fromEntries(rows.map(([from, to]) => [from, words(to)]))).toEqual(transitions);
  });

  test('the halting rule', () => {
    const rows = rowsBelow('docs/halting.md', 'When a rollout halts');
    const rule = Object.entries(HALTING_RULE).map(([cause, effects]) => [
      IN_WORDS[cause as keyof typeof IN_WORDS].replaceAll('`', ''),
      ...STAGES.map((stage) => effects[stage]),
    ]);
    expect(rows).toEqual(rule);
    expect(read('docs/halting.md')).toContain(`| what happens | ${STAGES.join(' | ')} |`);
  });

  test('the errors', () => {
    const rows = rowsBelow('docs/errors.md', 'Answers of the API');
    const catalogue = Object.entries(ERRORS);
    expect(rows).toEqual(
      catalogue.map(([code, { status, title, action }]) => [code, `${status}`, title, action]),
    );
  });

  test('the reason codes of verdicts, save those of pass and pending', () => {
    const sources = globSync('{services,packages}/*/src/**/*.ts', { cwd: ROOT }).filter(
      (path) => !/\.test\.ts$|\/testing\//.test(path),
    );
    const given = sources.flatMap((path) =>
      [...read(path).matchAll(/\b(?:fail|inconclusive|noData)\(\s*'([a-z_]+)'/g)].map(([, code]) => code),
    );
    const explained = [...read('docs/errors.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
    expect([...new Set(given)].filter((code) => !explained.includes(code))).toEqual([]);
    const known = new Set([...given, ...Object.keys(ERRORS)]);
    expect(explained.filter((code) => !known.has(code))).toEqual([]);
  });

  test('the defaults of the strategy', () => {
    const rows = rowsBelow('README.md', 'The strategy');
    expect(Object.fromEntries(rows.map(([name, value]) => [name, value]))).toEqual(
      Object.fromEntries(leaves(Strategy.parse({}), '')),
    );
  });

  test('the fields of a check, and their defaults', () => {
    const rows = rowsBelow('README.md', 'Checks');
    const pairs = rows.flatMap(([names, values]) => {
      const defaults = words(values);
      return words(names).map((name, index): [string, string] => [name, defaults[index] ?? '']);
    });
    const { expect: expected, ...fields } = Check.shape;
    const asked = Object.keys(fields);
    const answered = Object.keys(expected.unwrap().shape).map((name) => `expect.${name}`);
    expect(new Set(pairs.map(([name]) => name))).toEqual(new Set([...asked, ...answered]));
    const all = leaves(Check.parse({ name: '.', type: 'NS' }), '');
    const defaults = all.filter(([path]) => path !== 'name' && path !== 'type');
    expect(Object.fromEntries(pairs.filter(([, value]) => value !== ''))).toEqual(
      Object.fromEntries(defaults),
    );
  });

  test('the entries of the journal', () => {
    const rows = rowsBelow('docs/ARCHITECTURE.md', 'Flow 2: an apply on a host');
    const told = rows.flatMap(([names = '']) => names.split(' / '));
    expect(new Set(told)).toEqual(new Set(Object.values(TRANSITIONS).flat()));
  });

  test('the verbs of the console, and its exit codes', () => {
    const verbs = rowsBelow('docs/console.md', 'Verbs').map(([verb]) => verb);
    expect(verbs).toEqual(['status', 'verify', ...ORDERS, 'guard']);
    const codes = rowsBelow('docs/console.md', 'Exit codes').map(([code, name = '']) => [name, Number(code)]);
    expect(Object.fromEntries(codes)).toEqual(EXIT);
  });

  test("the fields of an agent's configuration, whose examples it takes", () => {
    const [runit = '', systemd = ''] = read('docs/console.md').match(/(?<=```json\n)[^]*?(?=```)/g) ?? [];
    const other = runit.replace(/(?<="daemon": )\{[^}]*\}/, systemd);
    expect(other).not.toBe(runit);
    const paths = [parseConfig(runit), parseConfig(other)].flatMap((config) =>
      leaves({ ...config, vars: '' }, '').map(([path]) => path),
    );
    const rows = rowsBelow('docs/console.md', 'Fields').flatMap(([names]) => words(names));
    expect(new Set(rows)).toEqual(new Set(paths));
  });

  test('the metrics of an agent', () => {
    const names = Object.values(METRICS).flatMap(({ name, source }) => (source === 'agent' ? [name] : []));
    const rows = rowsBelow('docs/console.md', 'Metrics of an agent').map(([name]) => name);
    expect(new Set(rows)).toEqual(new Set(names));
  });

  test('when each verb is legal, and for whom', () => {
    const rows = rowsBelow('README.md', 'Verbs');
    const verbs = Object.entries(LEGAL).map(([verb, { from }]) => {
      const permission = ROUTE_PERMISSIONS[`POST /v1/rollouts/:id/${verb}`] ?? 'look';
      return [verb, [...from], [...PERMISSIONS[permission]]];
    });
    expect(rows.map(([verb, from, who]) => [verb, words(from), words(who)])).toEqual(verbs);
  });

  test('every flag of npm start', () => {
    const flags = read('deploy/development/src/options.ts').match(/(?<=')--[a-z-]+/g) ?? [];
    expect(flags.length).toBeGreaterThan(5);
    expect(flags.filter((flag) => !read('README.md').includes(`\`${flag}`))).toEqual([]);
  });
});

/** Each field of the strategy by its path, with its default as a submission would write it. */
function leaves(value: object, prefix: string): [path: string, text: string][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]): [string, string][] => {
    const path = `${prefix}${name}`;
    if (Array.isArray(member)) return [[path, JSON.stringify(member)]];
    if (typeof member === 'object' && member !== null) return leaves(member, `${path}.`);
    const isTime = name === 'soak' || name === 'timeout' || name.endsWith('Deadline');
    return [[path, isTime ? formatDuration(Number(member)) : String(member)]];
  });
}
