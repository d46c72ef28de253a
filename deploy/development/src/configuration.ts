import type { PlannedHost } from './layout.ts';

/** A bundle's files: path → text. */
export type Files = Readonly<Record<string, string>>;

/**
 * The whole configuration of every name server of the fleet. It is authoritative only and asks nobody anything: no
 * recursion, no notifies, no trust anchors to refresh. It has no control channel, since the key of one would be a
 * secret, and those do not belong into a bundle.
 */
const NAMED_CONF = `// {{host.id}}, an authoritative name server of the development fleet
options {
  directory "{{host.stateDir}}";
  pid-file "{{host.stateDir}}/named.pid";
  session-keyfile "{{host.stateDir}}/session.key";
  managed-keys-directory "{{host.stateDir}}";

  listen-on port {{host.port}} { {{host.address}}; };
  listen-on-v6 { none; };
  interface-interval 0;
  server-id "{{host.id}}";
  version none;

  recursion no;
  allow-query { any; };
  allow-transfer { none; };
  notify no;
  dnssec-validation no;
  empty-zones-enable no;
};

controls { };

zone "example.com" { type primary; file "{{host.root}}/zones/example.com.zone"; };
zone "example.net" { type primary; file "{{host.root}}/zones/example.net.zone"; };
zone "2.0.192.in-addr.arpa" { type primary; file "{{host.root}}/zones/2.0.192.in-addr.arpa.zone"; };
`;

/** The records that every zone begins with. */
function head(serial: number): string {
  return `$TTL 300
@       SOA   ns1.example.com. hostmaster.example.com. ${serial} 3600 600 604800 60
        NS    ns1.example.com.
        NS    ns2.example.com.
`;
}

/** The zone example.com with these addresses for its web server. */
export function exampleCom(serial: number, www: readonly string[]): string {
  return `${head(serial)}        MX    10 mail
ns1     A     192.0.2.1
ns2     A     192.0.2.2
mail    A     192.0.2.25
${www.map((address) => `www     A     ${address}\n`).join('')}`;
}

export const EXAMPLE_COM = 'all/zones/example.com.zone';
export const NAMED_CONF_PATH = 'all/named.conf.tmpl';

/** What every host runs when the fleet starts. */
export const firstConfiguration: Files = {
  [NAMED_CONF_PATH]: NAMED_CONF,
  [EXAMPLE_COM]: exampleCom(1, ['192.0.2.80']),
  'all/zones/example.net.zone': `${head(1)}www     A     192.0.2.82\n`,
  'all/zones/2.0.192.in-addr.arpa.zone': `${head(1)}80      PTR   www.example.com.\n`,
};

/** A file of the managed root, as a host holds it. */
export interface Rendered {
  path: string;
  text: string;
}

/**
 * Renders a bundle that has nothing but `all/` for one host, as its agent will render the bundles that follow.
 * @throws when a template uses a name that the fleet does not know: the agent would refuse it too.
 */
export function renderFor(host: PlannedHost & { root: string; stateDir: string }, files: Files): Rendered[] {
  const names = new Map(Object.entries(host).map(([name, value]) => [`host.${name}`, String(value)]));
  return Object.entries(files).map(([path, text]) => {
    const below = path.replace(/^all\//, '');
    if (!below.endsWith('.tmpl')) return { path: below, text };
    const rendered = text.replaceAll(/\{\{([^}]*)\}\}/g, (_, name: string) => {
      const value = names.get(name);
      if (value === undefined) throw new Error(`${path} uses {{${name}}}, which is unknown`);
      return value;
    });
    return { path: below.slice(0, -'.tmpl'.length), text: rendered };
  });
}
