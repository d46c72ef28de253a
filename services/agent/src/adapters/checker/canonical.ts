import { resolve } from 'node:path';
import type { Configuration, ConfiguredZone } from '../../core/configuration.ts';
import { isBelow } from './outside-paths.ts';
import { all, bodyOf, find, inOneLine, type Statement, wordsOf } from './statements.ts';

const MODERN: Record<string, string> = { master: 'primary', slave: 'secondary' };

/** A zone statement with what it inherits, innermost block first: zone, view, options. */
export interface Scope {
  name: string;
  view: string;
  blocks: readonly (readonly Statement[])[];
}

/** The folder in which relative paths begin. @param cwd where the daemon is started, when nothing else is said. */
export function directoryOf(statements: readonly Statement[], cwd: string): string {
  const [, directory] = find(bodyOf(find(statements, 'options')), 'directory') ?? [];
  return typeof directory === 'string' ? resolve(cwd, directory) : cwd;
}

/** Every zone with what it inherits. @param classes those of the class IN only, in which questions are asked, or all. */
export function zoneScopes(statements: readonly Statement[], classes: 'internet' | 'every'): Scope[] {
  const counts = (word: string | undefined): boolean => classes === 'every' || isInternet(word);
  const options = bodyOf(find(statements, 'options'));
  const views = all(statements, 'view').filter((view) => counts(wordsOf(view)[2]));
  const inView = (zones: readonly Statement[], view: string, around: Scope['blocks']): Scope[] =>
    all(zones, 'zone')
      .filter((zone) => counts(wordsOf(zone)[2]))
      .map((zone) => ({ name: nameOf(zone), view, blocks: [bodyOf(zone), ...around] }));
  return [
    ...inView(statements, '_default', [options]),
    ...views.flatMap((view) => inView(bodyOf(view), nameOf(view), [bodyOf(view), options])),
  ];
}

/** The statement that counts for a zone: its own, or else its view's, or else that of the options. */
export function inherited({ blocks }: Scope, keyword: string): Statement | undefined {
  return blocks.map((block) => find(block, keyword)).find((found) => found !== undefined);
}

/** The word after a keyword in a zone's own block. */
export function ownWord({ blocks: [own = []] }: Scope, keyword: string): string | null {
  return wordAfter(find(own, keyword));
}

/** The first word after the keyword of a statement. */
export function wordAfter(statement: Statement | undefined): string | null {
  return (statement && wordsOf(statement)[1]) ?? null;
}

/** What kind a zone is of, in today's words. */
export function typeOf(scope: Scope): string {
  const type = ownWord(scope, 'type') ?? 'in-view';
  return MODERN[type] ?? type;
}

/** Sums up a configuration. @param root the live path of the managed root. */
export function summarize(
  statements: readonly Statement[],
  { root, cwd }: { root: string; cwd: string },
): Configuration {
  const directory = directoryOf(statements, cwd);
  const options = bodyOf(find(statements, 'options'));
  const listening = [...all(options, 'listen-on'), ...all(options, 'listen-on-v6')];
  const controls = all(statements, 'controls').flatMap((each) => bodyOf(each));
  return {
    statements: statements.length,
    zones: zoneScopes(statements, 'internet').map((scope) => zoneOf(scope, directory, root)),
    listeners: listening.map(inOneLine).filter((each) => !each.includes('{ none; }')),
    controls: controls.map(inOneLine),
    mute: isMute(statements),
  };
}

/** What named says of a reload is of the category `general`, and goes where `default` goes unless that says otherwise. */
function isMute(statements: readonly Statement[]): boolean {
  const logging = all(statements, 'logging').flatMap((each) => bodyOf(each));
  const category = ['general', 'default']
    .map((name) => all(logging, 'category').find((each) => wordsOf(each)[1] === name))
    .find((found) => found !== undefined);
  const thrownAway = new Set(
    all(logging, 'channel')
      .filter((channel) => find(bodyOf(channel), 'null') !== undefined)
      .map((channel) => wordsOf(channel)[1])
      .concat('null'),
  );
  return category !== undefined && bodyOf(category).every((each) => thrownAway.has(wordsOf(each)[0]));
}

function zoneOf(scope: Scope, directory: string, root: string): ConfiguredZone {
  const written = ownWord(scope, 'file');
  const file = written === null ? null : resolve(directory, written);
  return {
    name: scope.name,
    type: typeOf(scope),
    view: scope.view,
    file,
    inTree: file !== null && isBelow(file, [root]) ? file.slice(root.length + 1) : null,
    format: wordAfter(inherited(scope, 'masterfile-format')) ?? 'text',
    selfContained: true,
  };
}

function nameOf(statement: Statement): string {
  return (wordsOf(statement)[1] ?? '').toLowerCase().replace(/(.)\.$/, '$1');
}

function isInternet(classWord: string | undefined): boolean {
  return classWord === undefined || ['in', 'internet'].includes(classWord.toLowerCase());
}
