import {
  EXAMPLE_COM,
  exampleCom,
  type Files,
  firstConfiguration,
} from '../../deploy/development/src/configuration.ts';
import { bundle, namedConf } from '../support/rollouts.ts';

/**
 * Where a bad configuration has to be caught, from the earliest to the latest. Up to `rehearsal` nothing live is ever
 * touched; after that the host goes back.
 */
export type Caught = 'refused' | 'checker' | 'difference' | 'rehearsal' | 'another host';

/** A configuration that must not stay, and what the report has to say about it. */
export interface BadConfiguration {
  name: string;
  caught: Caught;
  files: Files;
  /** What an operator has to find in the reason. */
  says: RegExp;
  /** More of the submission: checks, expectations. */
  more?: Record<string, unknown>;
}

const COM = 'zone "example.com" { type primary; file "{{host.root}}/zones/example.com.zone"; };';
const OPEN = 'allow-query { any; };';
const LISTEN = 'listen-on port {{host.port}} { {{host.address}}; };';

/** The options block with statements added to it. */
const withOptions = (statements: string): Files =>
  namedConf('recursion no;', `recursion no;\n  ${statements}`);
/** The configuration with statements added at its end. */
const withStatements = (statements: string): Files =>
  namedConf('controls { };', `controls { };\n${statements}`);
const withZone = (options: string): Files => namedConf(COM, `zone "example.com" { ${options} };`);
const zoneFile = (text: string): Files => ({ [EXAMPLE_COM]: text });

const HEAD = exampleCom(9, []);
/** One record beside what every zone needs; it had seven. */
const SHRUNK =
  '$TTL 300\n@ SOA ns1.example.net. h.example.com. 9 3600 600 604800 60\n@ NS ns1.example.net.\n';

const refusedStatements: readonly [string, string, RegExp][] = [
  ['a plugin', 'plugin query "/usr/lib/bind/filter-aaaa.so" { };', /plugin.*loads code/],
  ['a DLZ driver', 'dlz "x" { database "dlopen /tmp/x.so"; };', /dlz.*loads code/],
  ['a dynamic database', 'dyndb "x" "/tmp/x.so" { };', /dyndb.*loads code/],
  ['an include of a system file', 'include "/etc/passwd";', /include.*outside/],
  ['an include that climbs out', 'include "../../etc/passwd";', /include.*outside/],
  [
    'a key file of the system',
    'tls t { key-file "/etc/ssl/private/k.pem"; cert-file "/etc/ssl/c.pem"; };',
    /outside/,
  ],
  ['a log file of the system', 'logging { channel c { file "/var/log/auth.log"; }; };', /file.*outside/],
];

const refused: Omit<BadConfiguration, 'caught'>[] = [
  {
    name: 'a zone read from the shadow file',
    files: withZone('type primary; file "/etc/shadow";'),
    says: /file.*outside/,
  },
  {
    name: 'a zone file that includes a system file',
    files: zoneFile(`${HEAD}$INCLUDE /etc/passwd\n`),
    says: /include.*outside/i,
  },
  {
    name: 'a working directory elsewhere',
    files: namedConf('directory "{{host.stateDir}}"', 'directory "/etc"'),
    says: /directory.*outside/,
  },
  {
    name: 'a PID file elsewhere',
    files: namedConf('{{host.stateDir}}/named.pid', '/run/named/named.pid'),
    says: /pid-file.*outside/,
  },
  {
    name: 'keys from elsewhere',
    files: withOptions('key-directory "/etc/bind";'),
    says: /key-directory.*outside/,
  },
  {
    name: 'a zone that the daemon would write into the bundle',
    files: withZone(
      'type primary; file "{{host.root}}/zones/example.com.zone"; allow-update { localhost; };',
    ),
    says: /example\.com.*(dynamic|write|update)/i,
  },
  {
    name: 'a secondary zone whose copy would be written into the bundle',
    files: withZone('type secondary; primaries { 192.0.2.1; }; file "{{host.root}}/zones/example.com.zone";'),
    says: /example\.com.*(write|secondary|copy)/i,
  },
  {
    name: 'an unknown name in a template',
    files: namedConf('{{host.id}}"', '{{host.idd}}"'),
    says: /named\.conf\.tmpl:\d+.*host\.idd/,
  },
  {
    name: 'a template that is not closed',
    files: namedConf('server-id "{{host.id}}"', 'server-id "{{host.id"'),
    says: /named\.conf\.tmpl:\d+/,
  },
];

const checker: Omit<BadConfiguration, 'caught'>[] = [
  {
    name: 'a missing semicolon',
    files: namedConf('recursion no;', 'recursion no'),
    says: /named\.conf:\d+: missing ';'/,
  },
  { name: 'an unknown option', files: withOptions('recursoin no;'), says: /unknown option 'recursoin'/ },
  { name: 'a brace too few', files: namedConf('controls { };', 'controls { ;'), says: /named\.conf/ },
  {
    name: 'an ACL that nobody has defined',
    files: namedConf('{ any; }', '{ insiders; }'),
    says: /undefined ACL 'insiders'/,
  },
  {
    name: 'a zone file that is not there',
    files: namedConf('zones/example.net.zone', 'zones/nowhere.zone'),
    says: /nowhere\.zone.*not found/s,
  },
  {
    name: 'a zone without SOA',
    files: zoneFile('$TTL 60\n@ NS ns1.example.com.\nns1 A 192.0.2.1\n'),
    says: /no SOA|has 0 SOA/,
  },
  {
    name: 'a zone without name servers',
    files: zoneFile('$TTL 60\n@ SOA a. b. 9 1 1 1 1\nwww A 192.0.2.1\n'),
    says: /no NS/,
  },
  { name: 'a name server without address', files: zoneFile(`${HEAD}@ NS ns9\n`), says: /ns9.*no address/s },
  {
    name: 'an address with a part too many',
    files: zoneFile(`${HEAD}www A 192.0.2.80.1\n`),
    says: /example\.com\.zone:\d+/,
  },
  {
    name: 'a CNAME beside other records',
    files: zoneFile(`${HEAD}www A 192.0.2.80\nwww CNAME mail\n`),
    says: /CNAME and other data/,
  },
  {
    name: 'a zone file cut in the middle of a line',
    files: zoneFile(`${HEAD}www A 192.0.\n`),
    says: /example\.com\.zone:\d+/,
  },
  {
    name: 'a bracket that is never closed',
    files: zoneFile(HEAD.replace('9 3600', '( 9 3600')),
    says: /example\.com\.zone:2.*extra input/s,
  },
  { name: 'the same zone twice', files: withStatements(COM), says: /example\.com.*already exists/s },
  {
    name: 'a listener with an unknown TLS',
    files: namedConf(LISTEN, 'listen-on port {{host.port}} tls nowhere { {{host.address}}; };'),
    says: /nowhere/,
  },
  {
    name: 'a working directory that is not there',
    files: namedConf('directory "{{host.stateDir}}"', 'directory "{{host.stateDir}}/nowhere"'),
    says: /nowhere/,
  },
  {
    name: 'a log file in a folder that is not there',
    files: withStatements(
      'logging { channel f { file "{{host.stateDir}}/nowhere/n.log"; }; category default { f; }; };',
    ),
    says: /nowhere/,
  },
  {
    name: 'a managed-keys directory that is not there',
    files: namedConf(
      'managed-keys-directory "{{host.stateDir}}"',
      'managed-keys-directory "{{host.stateDir}}/nowhere"',
    ),
    says: /nowhere|managed-keys/,
  },
];

const difference: Omit<BadConfiguration, 'caught'>[] = [
  {
    name: 'an empty configuration',
    files: { 'all/named.conf.tmpl': '// nothing\n' },
    says: /(nothing|no zone|every zone|removes|empt)/i,
  },
  {
    name: 'a zone left out',
    files: namedConf('zone "example.net"', '// zone "example.net"'),
    says: /example\.net/,
  },
  {
    name: 'a zone that lost nearly all of its records',
    files: zoneFile(SHRUNK),
    says: /example\.com.*record/,
  },
  {
    name: 'a change where none was expected',
    files: zoneFile(exampleCom(9, ['192.0.2.80'])),
    says: /No change was expected/,
    more: { expect: { noChange: true } },
  },
];

const rehearsal: Omit<BadConfiguration, 'caught'>[] = [
  { name: 'nobody may ask', files: namedConf(OPEN, 'allow-query { none; };'), says: /REFUSED/ },
  {
    name: 'only a network without clients may ask',
    files: namedConf(OPEN, 'allow-query { 10.0.0.0/8; };'),
    says: /REFUSED/,
  },
  {
    name: 'one zone refuses everybody',
    files: withZone('type primary; file "{{host.root}}/zones/example.com.zone"; allow-query { none; };'),
    says: /example\.com.*REFUSED/,
  },
  { name: 'a daemon that ignores everybody', files: withOptions('blackhole { any; };'), says: /no answer/ },
  {
    name: 'an address that the host does not have',
    files: namedConf('{ {{host.address}}; }', '{ 192.0.2.53; }'),
    says: /no answer|refused|not.*start/i,
  },
  {
    name: 'the wrong port',
    files: namedConf('listen-on port {{host.port}}', 'listen-on port {{host.controlPort}}'),
    says: /connection refused|no answer/,
  },
  {
    name: 'a serial that goes back',
    files: zoneFile(exampleCom(1, ['192.0.2.80']).replace(' 1 3600', ' 0 3600')),
    says: /serial 0.*was 1/,
  },
  {
    name: 'an answer that is not the expected one',
    files: zoneFile(exampleCom(9, ['192.0.2.66'])),
    says: /192\.0\.2\.66, expected 192\.0\.2\.80/,
    more: { checks: [{ name: 'www.example.com', type: 'A', expect: { answers: ['192.0.2.80'] } }] },
  },
  { name: 'a view for nobody', files: viewFor('10.0.0.0/8'), says: /REFUSED/ },
];

const anotherHost: Omit<BadConfiguration, 'caught'>[] = [
  {
    name: 'only the host itself may ask',
    files: namedConf(OPEN, 'allow-query { {{host.address}}; 127.0.0.1; };'),
    says: /REFUSED/,
  },
  {
    name: 'one zone answers the host itself only',
    files: withZone(
      'type primary; file "{{host.root}}/zones/example.com.zone"; allow-query { {{host.address}}; };',
    ),
    says: /example\.com.*REFUSED/,
  },
  { name: 'a view for the host itself', files: viewFor('{{host.address}}; 127.0.0.1'), says: /REFUSED/ },
  {
    name: 'everybody else is ignored',
    files: withOptions('blackhole { !{{host.address}}; !127.0.0.1; any; };'),
    says: /no answer/,
  },
];

/** All zones in a view that only some clients see. */
function viewFor(clients: string): Files {
  const text = firstConfiguration['all/named.conf.tmpl'] ?? '';
  const at = text.indexOf('zone "example.com"');
  return {
    'all/named.conf.tmpl': `${text.slice(0, at)}view "inside" {\n  match-clients { ${clients}; };\n${text.slice(at)}};\n`,
  };
}

const label = (caught: Caught, list: readonly Omit<BadConfiguration, 'caught'>[]): BadConfiguration[] =>
  list.map((one) => ({ ...one, caught, files: bundle(one.files) }));

/** Bad configurations, labelled by where each has to be caught. */
export const BAD_CONFIGURATIONS: readonly BadConfiguration[] = [
  ...label('refused', [
    ...refusedStatements.map(([name, text, says]) => ({ name, files: withStatements(text), says })),
    ...refused,
  ]),
  ...label('checker', checker),
  ...label('difference', difference),
  ...label('rehearsal', rehearsal),
  ...label('another host', anotherHost),
];
