/**
 * Requests that show how each call is made. They are in the documentation, and a test sends every one of them to a
 * running orchestrator whose fleet has the datacenters ams and fra with the hosts ns1 and ns2 in each.
 */
const ZONE = [
  '$TTL 300',
  '@    SOA ns1 hostmaster 2 3600 600 604800 60',
  '     NS  ns1',
  'ns1  A   192.0.2.1',
  'www  A   192.0.2.81',
  '',
].join('\n');

const NAMED_CONF = [
  'options {',
  '  directory "{{host.stateDir}}";',
  '  listen-on port {{host.port}} { {{host.address}}; };',
  '  listen-on-v6 { none; };',
  '  recursion no;',
  '  allow-query { any; };',
  '};',
  'zone "example.com" { type primary; file "{{host.root}}/zones/example.com.zone"; };',
  '',
].join('\n');

export const BUNDLE_EXAMPLE = {
  files: { 'all/named.conf.tmpl': NAMED_CONF, 'all/zones/example.com.zone': ZONE },
};

export const SUBMISSION_EXAMPLE = {
  title: 'Move www.example.com',
  reason: 'The web server has a new address',
  ticket: 'NET-1234',
  bundle: BUNDLE_EXAMPLE,
  targets: { datacenters: ['ams', 'fra'] },
  strategy: { canary: { hosts: 1, soak: '30s' }, approval: { before: ['canary'] } },
  checks: [{ name: 'www.example.com', type: 'A', expect: { answers: ['192.0.2.81'] } }],
  expect: { maxHosts: 40, zonesRemoved: ['example.net', '2.0.192.in-addr.arpa'] },
};

const reason = (text: string) => ({ reason: text });

/** Bodies of the verbs about a rollout. */
export const VERB_EXAMPLES = {
  approve: { reason: 'Read and understood', wave: 'canary' },
  pause: reason('Looking at the canary first'),
  resume: reason('The canary is fine'),
  abort: reason('A better change will follow'),
  rollback: reason('The old address is still needed'),
  retry: { reason: 'Its disk was full', host: 'ns2.ams' },
  skip: { reason: 'It is being repaired', host: 'ns2.ams' },
} as const;

/** Bodies of the verbs about a host. */
export const HOST_VERB_EXAMPLES = {
  drain: reason('Its memory is being replaced'),
  undrain: reason('It is back'),
  remove: reason('It was returned to its owner'),
} as const;

export const LINE_STOP_EXAMPLE = reason('Something is wrong that nobody understands yet');
export const LINE_START_EXAMPLE = reason('It was the monitoring');
export const TOKEN_EXAMPLE = {
  name: 'night-shift',
  role: 'responder',
  scope: { datacenters: ['ams'] },
  reason: 'Whoever is on duty may stop things in ams',
};
export const TOKEN_REVOKE_EXAMPLE = reason('The laptop was lost');
export const PAGE_TEST_EXAMPLE = reason('The duty phone is new');
