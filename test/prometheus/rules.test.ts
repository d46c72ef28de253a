import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { METRICS } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const RULES = read('deploy/prometheus/breakwater.rules.yml');
const TESTS = read('deploy/prometheus/breakwater.rules.test.yml');
const RUNBOOKS = globSync('docs/runbooks/*.md', { cwd: ROOT });

/** One alert of the rules file, as its text. */
const alerts = RULES.split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({ name: text.slice(0, text.indexOf('\n')), text }));

test.each([
  ['promtool', ['check', 'rules', 'breakwater.rules.yml']],
  ['promtool', ['check', 'config', 'prometheus.example.yml']],
  ['promtool', ['test', 'rules', 'breakwater.rules.test.yml']],
  ['amtool', ['check-config', '../alertmanager/alertmanager.example.yml']],
] as const)('%s %j is content', (program, words) => {
  const cwd = join(ROOT, 'deploy/prometheus');
  expect(execFileSync(program, words, { cwd, encoding: 'utf8', stdio: 'pipe' })).toContain('SUCCESS');
});

test('every metric that a rule asks for is declared', () => {
  const asked = new Set(RULES.replaceAll(/^\s*#.*$/gm, '').match(/\b(?:breakwater|process)_[a-z_]+/g));
  const declared = Object.values(METRICS).flatMap(({ name }): string[] => [name, `${name}_bucket`]);
  expect(asked.size).toBeGreaterThan(8);
  expect([...asked].filter((name) => !declared.includes(name))).toEqual([]);
});

describe.each(alerts)('$name', ({ name, text }) => {
  test('says how bad it is, what it is, and where its runbook is', () => {
    expect(text).toMatch(/severity: (critical|warning|none)/);
    expect(text).toMatch(/summary: '.{20,}'/);
    const [, runbook = ''] = /runbook_url: (\S+)/.exec(text) ?? [];
    expect(existsSync(join(ROOT, runbook))).toBe(true);
  });

  test('has a test in which it fires, and one in which it is quiet if it ever is', () => {
    const fires = new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n`);
    expect(TESTS).toMatch(fires);
    const quiet = `alertname: ${name}, exp_alerts: []`;
    expect(TESTS.includes(quiet)).toBe(name !== 'BreakwaterWatchdog');
  });
});

/** The verbs that a help text of the command line lists. */
function verbsOf(...words: readonly string[]): string[] {
  const help = execFileSync(process.execPath, ['packages/cli/src/main.ts', ...words, '--help'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [, commands = ''] = help.split('Commands:\n');
  return [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, verb = '']) => [...words, verb].join(' '));
}

test('every command of a runbook is one that there is', () => {
  const verbs = [...verbsOf(), ...verbsOf('line'), ...verbsOf('pages')];
  const told = RUNBOOKS.flatMap((runbook) =>
    [...read(runbook).matchAll(/^breakwater ((?:line |pages )?[a-z]+)/gm)].map(([, verb = '']) => verb),
  );
  expect(told.length).toBeGreaterThan(15);
  expect(told.filter((verb) => !verbs.includes(verb))).toEqual([]);
  const rest = told.filter((verb) => verb === 'line' || verb === 'pages');
  expect(rest).toEqual([]);
});

describe.each(RUNBOOKS)('%s', (runbook) => {
  test('belongs to an alert, and fits on a screen at three in the morning', () => {
    expect(RULES).toContain(`runbook_url: ${runbook}\n`);
    const text = read(runbook);
    expect(text.split('\n').length).toBeLessThan(45);
    for (const part of ['**What it means.**', '**What the machine has done already.**'])
      expect(text).toContain(part);
    expect(text.match(/^## .*$/gm)).toEqual(['## Decide', '## Type', '## It is over when']);
  });

  test('names only metrics that are declared', () => {
    const names = Object.values(METRICS).map((metric): string => metric.name);
    const told = read(runbook).match(/\bbreakwater_[a-z_]+/g) ?? [];
    expect(told.filter((name) => !names.includes(name))).toEqual([]);
  });
});
