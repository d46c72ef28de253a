import { chmod, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** A small authoritative `named`, whose configuration and zone stand in a folder `tree`. */
export interface NameServer {
  folder: string;
  tree: string;
  config: string;
  pidFile: string;
  /** The command line, to stay in the foreground; its log goes to the file `log` of the folder. */
  command: string;
  /** The serial that it answers; `null` when it does not answer. */
  serial(): Promise<number | null>;
  /** Writes the zone; a bad one cannot be loaded. */
  zone(serial: number, how?: 'good' | 'bad'): Promise<void>;
  /** Writes the configuration; `extra` statements come last. */
  configure(extra?: string): Promise<void>;
  /** Makes every file of the tree an hour old. */
  age(): Promise<void>;
}

/** Writes it; nothing is started. `daemon` in the folder is the script that starts it. */
export async function nameServer(folder: string, address: string, port: number): Promise<NameServer> {
  const [tree, state, pidFile] = [join(folder, 'tree'), join(folder, 'state'), join(folder, 'named.pid')];
  const [config, zoneFile, log] = [join(tree, 'named.conf'), join(tree, 'zone'), join(folder, 'log')];
  for (const made of [tree, state]) await mkdir(made, { recursive: true });
  const command = `named -f -c ${config} -L ${log}`;
  const server: NameServer = {
    folder,
    tree,
    config,
    pidFile,
    command,
    serial: async () => {
      const asked = [
        `@${address}`,
        '-p',
        String(port),
        '+short',
        '+norec',
        '+tries=1',
        '+timeout=1',
        'example.com',
        'SOA',
      ];
      const { stdout } = await execa('dig', asked, { reject: false });
      return Number(/^\S+ \S+ (\d+) /m.exec(stdout)?.[1]) || null;
    },
    zone: (serial, how = 'good') =>
      writeFile(
        zoneFile,
        `$TTL 60\n@ SOA ns h ${serial} 3600 600 86400 60\n@ NS ns\nns A ${how === 'good' ? '192.0.2.1' : 'bogus'}\n`,
      ),
    configure: (extra = '') =>
      writeFile(
        config,
        `options { directory "${state}"; pid-file "${pidFile}"; session-keyfile none; recursion no;
  dnssec-validation no; listen-on port ${port} { ${address}; }; listen-on-v6 { none; }; };
controls { };
zone "example.com" { type primary; file "${zoneFile}"; };
${extra}\n`,
      ),
    age: async () => {
      const before = new Date(Date.now() - 3_600_000);
      for (const file of [config, zoneFile]) await utimes(file, before, before);
    },
  };
  await server.configure();
  await server.zone(1);
  await writeFile(join(folder, 'daemon'), `#!/bin/sh\nexec ${command}\n`);
  await chmod(join(folder, 'daemon'), 0o755);
  return server;
}
