import mustache from 'mustache';
import type { BundleFault } from './bundle-error.ts';

/** `[kind, value, start, end, …]`; a section's fifth member is what it encloses. See `parseTemplate` of mustache. */
type Token = [kind: string, value: string, start: number, end: number, inner?: Token[] | string];

/**
 * Renders a template (mustache, without HTML escaping) over a view.
 *
 * Only the parser is mustache's. Its renderer writes nothing for a name that it does not know, which turns a
 * misspelt `{{host.prot}}` into configuration that says something else; here that is a fault with its line.
 */
export function render(
  template: string,
  view: object,
  path: string,
): { text: string; faults: BundleFault[] } {
  const faults: BundleFault[] = [];
  const fault = (position: number, message: string): void => {
    faults.push({ path, line: template.slice(0, position).split('\n').length, message });
  };
  const tokens = parse(template, fault);
  return { text: renderTokens(tokens, [view], fault), faults };
}

type AddFault = (position: number, message: string) => void;

function parse(template: string, fault: AddFault): Token[] {
  try {
    // A writer of our own, since the module's keeps every template that it has ever parsed.
    return new mustache.Writer().parse(template) as Token[];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, what = message, position] = /^(.*) at (\d+)$/s.exec(message) ?? [];
    fault(Number(position ?? 0), what.charAt(0).toLowerCase() + what.slice(1));
    return [];
  }
}

/** `contexts`: the view, and inside of sections their values; names are looked up in the innermost first. */
function renderTokens(tokens: Token[], contexts: unknown[], fault: AddFault): string {
  return tokens.map((token) => renderToken(token, contexts, fault)).join('');
}

function renderToken([kind, value, start, , inner]: Token, contexts: unknown[], fault: AddFault): string {
  const within = Array.isArray(inner) ? inner : [];
  switch (kind) {
    case 'text':
      return value;
    case 'name':
    case '&':
      return textOf(lookUp(value, contexts, start, fault), value, (message) => fault(start, message));
    case '#': {
      const found = lookUp(value, contexts, start, fault);
      if (Array.isArray(found))
        return found.map((item) => renderTokens(within, [item, ...contexts], fault)).join('');
      return isNothing(found) ? '' : renderTokens(within, [found, ...contexts], fault);
    }
    case '^':
      return isNothing(lookUp(value, contexts, start, fault)) ? renderTokens(within, contexts, fault) : '';
    case '!':
      return '';
    case '>':
      fault(start, `{{> ${value}}} is not supported: a bundle has no partials; use an include of the daemon`);
      return '';
    default:
      fault(start, `{{${kind}${value}}} is not supported`);
      return '';
  }
}

function isNothing(value: unknown): boolean {
  return (
    value === false ||
    value === null ||
    value === undefined ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}

function textOf(value: unknown, name: string, fault: (message: string) => void): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (value !== undefined) fault(`{{${name}}} is no text, number or boolean`);
  return '';
}

function lookUp(name: string, contexts: unknown[], start: number, fault: AddFault): unknown {
  if (name === '.') return contexts[0];
  const segments = name.split('.');
  for (const context of contexts) {
    const found = walk(context, segments);
    if (found !== undefined) return found;
  }
  fault(start, `{{${name}}} is not known; known are ${namesIn(contexts.at(-1)).join(', ')}`);
  return undefined;
}

/** Own members only: `{{host.constructor}}` is as unknown as any other. */
function walk(context: unknown, segments: string[]): unknown {
  let value = context;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

function namesIn(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix];
  return Object.entries(value)
    .flatMap(([key, member]) => namesIn(member, prefix === '' ? key : `${prefix}.${key}`))
    .toSorted();
}
