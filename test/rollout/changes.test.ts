import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE_COM, exampleCom, NAMED_CONF_PATH } from '../../deploy/development/src/configuration.ts';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import {
  ask,
  bundle,
  change,
  dig,
  namedConf,
  sightOf,
  submit,
  until,
  untilHost,
  untilState,
} from '../support/rollouts.ts';

let fleet: Fleet;
beforeAll(async () => {
  // What comes of a bad change that has gone live can be seen only where nothing has stopped it before.
  fleet = await startFleet({ hosts: 6, datacenters: 3, portBase: 21_000, rehearsal: 'off' });
});
afterAll(() => fleet?.stop());

const TLS_LISTENER =
  'listen-on-v6 { none; };\n  listen-on port {{host.controlPort}} tls t { {{host.address}}; };';
const TLS = 'controls { };\ntls t { key-file "{{host.root}}/t.key"; cert-file "{{host.root}}/t.pem"; };';

/** The checker lets it through, and the daemon refuses to start: the certificate is not there. */
const NO_START = {
  [NAMED_CONF_PATH]: (namedConf('controls { };', TLS)[NAMED_CONF_PATH] ?? '').replace(
    'listen-on-v6 { none; };',
    TLS_LISTENER,
  ),
};

const sightOfAll = () => Promise.all(fleet.hosts.map((host) => sightOf(host)));
const withoutPid = <T extends object>(sight: T) => ({ ...sight, pid: null });

/** What the fleet runs after the good change. */
const keep = { [EXAMPLE_COM]: exampleCom(2, ['192.0.2.80', '192.0.2.81']) };

describe('a good change', () => {
  test('reaches every name server, and its checks were really asked', async () => {
    const id = await submit(fleet, change(2, ['192.0.2.80', '192.0.2.81']));
    const rollout = await untilState(fleet, id, 'succeeded', 'halted');
    expect(rollout).toMatchObject({ state: 'succeeded', detectedAt: null, haltedAt: null, pagedAt: null });
    expect(rollout.waves.map((wave) => wave.state)).toEqual(rollout.waves.map(() => 'passed'));
    for (const host of fleet.hosts) {
      expect(await dig(host, 'www.example.com', 'A')).toBe('NOERROR 192.0.2.80 192.0.2.81');
    }
  });
});

describe('a plan', () => {
  test('of the next change shows exactly the file that it changes, once for all hosts', async () => {
    const { body } = await ask(fleet, 'POST', '/v1/plans', change(3, ['192.0.2.80', '192.0.2.81']));
    expect(body.diff).toMatchObject([
      {
        hosts: { length: fleet.hosts.length },
        known: true,
        files: [{ path: EXAMPLE_COM.replace('all/', ''), change: 'changed' }],
        truncated: false,
      },
    ]);
    const changed = body.diff?.[0]?.files[0]?.unified?.match(/^[-+] *.*SOA.*$/gm);
    expect(changed).toHaveLength(2);
  });
});

describe('a bad change leaves every live file, link and answer as it was', () => {
  test.each([
    ['a syntax error', namedConf('recursion no;', 'recursion no'), 'checker_refused'],
    [
      'a zone file that is not there',
      namedConf('zones/example.net.zone', 'zones/nowhere.zone'),
      'checker_refused',
    ],
    ['an unknown template name', namedConf('{{host.id}}', '{{host.idd}}'), 'bundle_invalid'],
    [
      'a zone that vanishes unannounced',
      namedConf('zone "example.net"', '// zone "example.net"'),
      'zone_removed_unannounced',
    ],
  ])('%s stops in preflight, before any host is changed', async (_name, files, code) => {
    const before = await sightOfAll();
    const id = await submit(
      fleet,
      change(2, ['192.0.2.80', '192.0.2.81'], { bundle: { files: bundle({ ...keep, ...files }) } }),
    );
    const rollout = await until(fleet, id, (event) => event.type === 'page.delivered');
    expect(rollout).toMatchObject({ state: 'halted', verdict: { verdict: 'fail', code } });
    expect(await sightOfAll()).toEqual(before);
    await submitAbort(id);
  });

  test.each([
    ['wrong answers', { ...keep, ...namedConf('allow-query { any; }', 'allow-query { none; }') }],
    ['a daemon that does not start', { ...keep, ...NO_START }],
    [
      'a daemon that listens where nobody asks',
      { ...keep, ...namedConf('listen-on port {{host.port}}', 'listen-on port {{host.controlPort}}') },
    ],
    ['a serial that goes back', { [EXAMPLE_COM]: exampleCom(1, ['192.0.2.80', '192.0.2.81']) }],
    ['an answer that is not the expected one', { [EXAMPLE_COM]: exampleCom(3, ['192.0.2.66']) }],
  ])('%s: found out at the canary, put back, halted and paged', async (_name, files) => {
    const before = await sightOfAll();
    const submission = change(2, ['192.0.2.80', '192.0.2.81'], { bundle: { files: bundle(files) } });
    const id = await submit(fleet, submission);
    const halted = await untilState(fleet, id, 'succeeded', 'halted');
    const host = halted.verdict?.host ?? '';
    expect(halted).toMatchObject({
      state: 'halted',
      verdict: { verdict: 'fail', wave: 'canary', host: 'ns1.ams' },
    });
    await untilHost(fleet, id, host, 'reverted');
    const paged = await until(fleet, id, (event) => event.type === 'page.delivered');
    const after = await sightOfAll();
    expect(after.map(withoutPid)).toEqual(before.map(withoutPid));
    expect(after.slice(1)).toEqual(before.slice(1));
    const times = [paged.detectedAt, paged.haltedAt, paged.pagedAt].map((time) => Date.parse(time ?? ''));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const pages = (await (await fetch(fleet.pages)).json()) as { rollout: string; host?: string }[];
    expect(pages.filter((page) => page.rollout === id)).toMatchObject([{ host: 'ns1.ams' }]);
    await submitAbort(id);
  });
});

describe('a daemon that falls silent', () => {
  test('is given up in time, however slow the checks are', async () => {
    const before = await sightOfAll();
    const silent = { ...keep, ...namedConf('recursion no;', 'recursion no; blackhole { any; };') };
    const checks = [{ name: 'www.example.com', type: 'A', timeout: '5s', tries: 2, expect: {} }];
    const strategy = { confirmDeadline: '5s' };
    const bad = change(2, ['192.0.2.80', '192.0.2.81'], {
      bundle: { files: bundle(silent) },
      checks,
      strategy,
    });
    const id = await submit(fleet, bad);
    await untilHost(fleet, id, 'ns1.ams', 'reverted');
    const after = await sightOfAll();
    expect(after.map(withoutPid)).toEqual(before.map(withoutPid));
    await submitAbort(id);
  });
});

describe('a bundle that was put back', () => {
  test('can be submitted again, with the check that it should have had', async () => {
    const id = await submit(fleet, change(3, ['192.0.2.66']));
    expect(await untilState(fleet, id, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
    const undo = await submit(fleet, change(4, ['192.0.2.80', '192.0.2.81']));
    expect(await untilState(fleet, undo, 'succeeded', 'halted')).toMatchObject({ state: 'succeeded' });
  });
});

describe('a change of zones', () => {
  test('a zone that is new with the change is proved at its live path and served afterwards', async () => {
    const zone =
      'zone "new.example" { type primary; file "{{host.root}}/zones/new.example.zone"; };\n\nzone "example.com"';
    const files = bundle({
      ...namedConf('zone "example.com"', zone),
      [EXAMPLE_COM]: exampleCom(5, ['192.0.2.80', '192.0.2.81']),
      'all/zones/new.example.zone':
        '$TTL 60\n@ SOA ns.example.com. h.example.com. 1 60 60 60 60\n NS ns1.example.com.\nwww A 192.0.2.99\n',
    });
    const id = await submit(fleet, change(5, ['192.0.2.80', '192.0.2.81'], { bundle: { files } }));
    expect((await untilState(fleet, id, 'succeeded', 'halted')).verdict).toMatchObject({
      code: 'all_waves_passed',
    });
    for (const host of fleet.hosts)
      expect(await dig(host, 'www.new.example', 'A')).toBe('NOERROR 192.0.2.99');
  });
});

async function submitAbort(id: string): Promise<void> {
  await fetch(`${fleet.api}/v1/rollouts/${id}/abort`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fleet.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'the test is over' }),
  });
}
