import { describe, expect, test } from 'vitest';
import { render } from './template.ts';

const view = {
  host: { id: 'ns1', port: 53, address: '192.0.2.1' },
  vars: {
    peers: ['a', 'b'],
    sites: [{ name: 'ams' }, { name: 'fra' }],
    empty: [],
    off: false,
    on: true,
    tree: {},
  },
};
const rendered = (template: string): string => {
  const { text, faults } = render(template, view, 'all/x.tmpl');
  expect(faults).toEqual([]);
  return text;
};
const faultsOf = (template: string) => render(template, view, 'all/x.tmpl').faults;

describe('a template', () => {
  test.each([
    ['listen {{host.port}};', 'listen 53;'],
    ['{{{host.id}}} {{& host.id}} {{ host.id }}', 'ns1 ns1 ns1'],
    ['{{! a comment }}x', 'x'],
    ['{{#vars.peers}}{{.}}; {{/vars.peers}}', 'a; b; '],
    ['{{#vars.sites}}{{name}}@{{host.id}} {{/vars.sites}}', 'ams@ns1 fra@ns1 '],
    ['{{#vars.empty}}x{{/vars.empty}}{{^vars.empty}}none{{/vars.empty}}', 'none'],
    ['{{#vars.off}}x{{/vars.off}}{{#vars.on}}{{host.id}}{{/vars.on}}', 'ns1'],
    ['a\n{{#vars.on}}\nb\n{{/vars.on}}\nc', 'a\nb\nc'],
    ['', ''],
  ])('%j becomes %j', (template, text) => expect(rendered(template)).toBe(text));

  test('is not escaped for HTML', () => {
    expect(render('{{a}}', { a: `<"&'>` }, 'x').text).toBe(`<"&'>`);
  });

  test('that names something unknown is a fault with its line and what is known, every time', () => {
    const faults = faultsOf('a\n{{host.prot}}\n\n{{vars.x}} {{host.constructor}}');
    expect(faults.map(({ line }) => line)).toEqual([2, 4, 4]);
    expect(faults[0]?.message).toMatch(
      /^\{\{host\.prot}} is not known; known are host\.address, host\.id, host\.port/,
    );
  });

  test.each([
    ['{{> part}}', 'no partials'],
    ['{{=<% %>=}}', 'not supported'],
    ['{{host.id', 'unclosed tag'],
    ['{{#vars.on}}', 'unclosed section'],
    ['{{/vars.on}}', 'unopened section'],
    ['{{host}}', 'no text'],
    ['{{vars.tree}}', 'no text'],
  ])('%j is refused: %s', (template, message) => {
    const faults = faultsOf(`first\n${template}`);
    expect(faults.map(({ line }) => line)).toEqual([2]);
    expect(faults[0]?.message).toContain(message);
  });
});
