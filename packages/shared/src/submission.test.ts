import { describe, expect, test } from 'vitest';
import { Expect, Reason, Submission, Targets } from './submission.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const DIGEST = 'a'.repeat(64);
const LEAST = { title: 'New zone', reason: 'Ticket 7', bundle: { digest: DIGEST } };
const submitting = (more: object): unknown => ({ ...LEAST, ...more });

describe('a submission', () => {
  test('needs a title, a reason and a bundle', () => {
    expect(refusals(Submission, {})).toEqual([
      '/title invalid_value',
      '/reason invalid_value',
      '/bundle invalid_value',
    ]);
  });

  test('with these alone it is for the whole fleet, carefully', () => {
    const submission = Submission.parse(LEAST);
    expect(submission).toMatchObject({
      ...LEAST,
      targets: {},
      checks: [],
      expect: { noChange: false, zonesRemoved: [] },
    });
    expect(submission.strategy.canary.hosts).toBe(1);
    expect(Object.keys(submission).toSorted()).toEqual(
      [
        'bundle',
        'checks',
        'emergency',
        'expect',
        'reason',
        'strategy',
        'targets',
        'title',
        'whenBusy',
      ].toSorted(),
    );
  });

  test('may say everything', () => {
    const full = {
      ticket: 'OPS-7',
      bundle: { files: { 'all/x': 'y' } },
      targets: { datacenters: ['ams'], labels: { role: 'auth' }, hosts: ['ns1.ams'], exclude: ['ns2.ams'] },
      expect: { maxHosts: 1, noChange: true, zonesRemoved: ['a.example', '.'] },
      planDigest: DIGEST,
      emergency: null,
    };
    expect(Submission.parse(submitting(full))).toMatchObject(full);
  });

  test.each([
    ['at the top', { title: 'x', titel: 'x' }, '/titel unknown_field'],
    ['with / and ~ in its name', { 'a/b~c': 1 }, '/a~1b~0c unknown_field'],
    ['of targets', { targets: { host: ['ns1'] } }, '/targets/host unknown_field'],
    ['of the strategy', { strategy: { canaries: 1 } }, '/strategy/canaries unknown_field'],
    ['of a check', { checks: [{ name: 'a', type: 'A', try: 1 }] }, '/checks/0/try unknown_field'],
    ['of expect', { expect: { hosts: 1 } }, '/expect/hosts unknown_field'],
    ['of the bundle', { bundle: { digest: DIGEST, path: 'x' } }, '/bundle/path unknown_field'],
  ])('has no unknown field %s', (_, more, refusal) => {
    expect(refusals(Submission, submitting(more))).toEqual([refusal]);
  });

  test.each([
    ['a bad digest of the plan', { planDigest: 'A' }, '/planDigest invalid_value'],
    [
      '1001 checks',
      { checks: Array.from({ length: 1001 }, () => ({ name: 'a', type: 'A' })) },
      '/checks invalid_value',
    ],
    [
      'a strategy that contradicts itself',
      { strategy: { applyDeadline: '0s' } },
      '/strategy/applyDeadline strategy_unsafe',
    ],
    ['null for targets, which could mean all or none', { targets: null }, '/targets invalid_value'],
  ])('refuses %s', (_, more, refusal) => {
    expect(refusals(Submission, submitting(more))).toEqual([refusal]);
  });

  test('reports the faults of all of its parts at once', () => {
    const value = {
      title: '',
      bundle: { files: { '/x': 'a', 'all/y': '\0' } },
      targets: { hosts: ['NS1'] },
      strategy: { applyDeadline: '0s', global: { soak: '1' } },
      checks: [{ name: 'a b', type: 'A' }],
      x: 1,
    };
    expect(refusals(Submission, value)).toEqual([
      '/title invalid_value',
      '/reason invalid_value',
      '/bundle/files/~1x bundle_path_invalid',
      '/bundle/files/all~1y bundle_content_invalid',
      '/targets/hosts/0 invalid_value',
      '/strategy/global/soak duration_invalid',
      '/checks/0/name invalid_value',
      '/x unknown_field',
    ]);
  });
});

describe('the bundle of a submission', () => {
  const bundle = (value: unknown): string[] => refusals(Submission, submitting({ bundle: value }));

  test('a bad path is a fault at that path of bundle.files', () => {
    expect(bundle({ files: { 'a/b~c': '', '../x': '', 'all/ok': '' } })).toEqual([
      '/bundle/files/a~1b~0c bundle_path_invalid',
      '/bundle/files/..~1x bundle_path_invalid',
    ]);
  });

  test('many bad files are still faults of files, and not of a digest that nobody sent', () => {
    const bad = ['/bundle/files/all~1a', '/bundle/files/all~1b', '/bundle/files/all~1c'];
    expect(bundle({ files: { 'all/a': 1, 'all/b': 2, 'all/c': 3 } })).toEqual(
      bad.map((path) => `${path} invalid_value`),
    );
  });

  test('an unknown field beside many bad paths hides none of them', () => {
    expect(bundle({ files: { a: '', b: '', c: '', d: '' }, x: 1 }).toSorted()).toEqual([
      '/bundle/files/a bundle_path_invalid',
      '/bundle/files/b bundle_path_invalid',
      '/bundle/files/c bundle_path_invalid',
      '/bundle/files/d bundle_path_invalid',
      '/bundle/x unknown_field',
    ]);
  });

  test.each([
    ['a bad digest', { digest: 'zz' }, ['/bundle/digest invalid_value']],
    ['no file', { files: {} }, ['/bundle/files bundle_empty']],
    ['files that are no object', { files: ['all/x'] }, ['/bundle/files invalid_value']],
    ['nothing', {}, ['/bundle/files invalid_value']],
    ['both', { files: { 'all/x': '' }, digest: DIGEST }, ['/bundle/digest unknown_field']],
    ['text', 'all/x', ['/bundle invalid_value']],
    ['null', null, ['/bundle invalid_value']],
  ])('%s is explained', (_, value, expected) => {
    expect(bundle(value)).toEqual(expected);
  });
});

const FORGERIES = [
  ['a line break', '\n'],
  ['a NUL', '\0'],
  ['an escape', '\u001b'],
  ['a control character of the upper half', '\u009b'],
  ['text that runs backwards', '\u202e'],
  ['a space without width', '\u200b'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['half of a surrogate pair', '\udc00'],
] as const;

describe.each([
  ['title', 200],
  ['reason', 500],
  ['ticket', 100],
])('the %s', (field, most) => {
  const faults = (text: unknown) => faultsOf(Submission, submitting({ [field]: text }));

  test.each(FORGERIES)('may not contain %s', (_, character) => {
    expect(faults(`a${character}b`)).toEqual([
      {
        path: `/${field}`,
        code: 'invalid_value',
        message: 'may not contain control characters or line breaks',
      },
    ]);
  });

  test(`has 1 to ${most} characters, without the space around it`, () => {
    expect(faults('x'.repeat(most))).toEqual([]);
    expect(faults(` ${'x'.repeat(most)}\n`)).toEqual([]);
    expect(faults('x'.repeat(most + 1))).toHaveLength(1);
    expect(faults('')).toHaveLength(1);
    expect(faults(' \t\n\u00a0\u2028')).toHaveLength(1);
    expect(Submission.parse(submitting({ [field]: '  two  words\n' }))).toMatchObject({
      [field]: 'two  words',
    });
  });

  test('may be in any language', () => {
    expect(faults('N\u00e4chste Zone \u2013 \u30be\u30fc\u30f3 \u{1f680}')).toEqual([]);
  });

  test.each([[1], [null], [['x']]])('is text, and not %j', (value) => {
    expect(faults(value)).toHaveLength(1);
  });
});

test('a verb asks for the same kind of reason', () => {
  expect(Reason.parse(' because ')).toBe('because');
  expect(refusals(Reason, 'a\nb')).toEqual([' invalid_value']);
  expect(refusals(Reason, 'x'.repeat(501))).toEqual([' invalid_value']);
});

test.each([
  ['an empty list of hosts, which could mean all or none', { hosts: [] }, '/hosts invalid_value'],
  ['an empty list of datacenters', { datacenters: [] }, '/datacenters invalid_value'],
  ['a host that is none', { hosts: ['ns1', 'ns*'] }, '/hosts/1 invalid_value'],
  ['an excluded host that is none', { exclude: [''] }, '/exclude/0 invalid_value'],
  ['a bad label', { labels: { 'a/b': 'x' } }, '/labels/a~1b invalid_value'],
])('targets refuse %s', (_, value, refusal) => {
  expect(refusals(Targets, value)).toEqual([refusal]);
  expect(refusals(Targets, {})).toEqual([]);
});

test.each([
  ['0 hosts', { maxHosts: 0 }, '/maxHosts invalid_value'],
  ['a part of a host', { maxHosts: 1.5 }, '/maxHosts invalid_value'],
  ['another wildcard', { zonesRemoved: '**' }, '/zonesRemoved invalid_value'],
  ['a zone that is none', { zonesRemoved: ['a.example', 'b..example'] }, '/zonesRemoved/1 invalid_value'],
  ['a flag that is no flag', { noChange: 'true' }, '/noChange invalid_value'],
])('expect refuses %s', (_, value, refusal) => {
  expect(refusals(Expect, value)).toEqual([refusal]);
  expect(Expect.parse({ zonesRemoved: '*' })).toEqual({ noChange: false, zonesRemoved: '*' });
});
