import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nextChange } from './changes.ts';
import { cliConfigs } from './cli-config.ts';
import type { Fleet } from './fleet.ts';
import type { Terminal } from './terminal.ts';

/** What the fleet consists of: one line for each datacenter. */
export function introduce(fleet: Fleet, terminal: Terminal, took: string): void {
  const places = Map.groupBy(fleet.hosts, ({ datacenter }) => datacenter);
  const title = `Breakwater: ${fleet.hosts.length} name servers in ${places.size} datacenters, up after ${took}`;
  terminal.line(terminal.paint('bold', title));
  for (const [datacenter, hosts] of places) {
    const [first, last] = [hosts[0], hosts.at(-1)];
    if (first === undefined || last === undefined) continue;
    const names = hosts.length === 1 ? first.id : `${first.id} to ${last.id}`;
    const where =
      hosts.length === 1 ? '' : ` to ${first.address === last.address ? last.port : last.address}`;
    terminal.line(
      `   ${datacenter.padEnd(16)} ${names.padEnd(19)} ${first.address} port ${first.port}${where}`,
    );
  }
  terminal.line(`   ${'API and status'.padEnd(16)} ${fleet.api}/`);
}

/** Writes a change to try: a folder to edit, and a file that says what the command line needs to know of it. */
async function writeChange(folder: string): Promise<string> {
  const { bundle, ...change } = nextChange;
  for (const [path, text] of Object.entries(bundle.files)) {
    const file = join(folder, 'named', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const file = join(folder, 'rollout.yaml');
  await writeFile(file, `${JSON.stringify({ ...change, bundle: { folder: './named' } }, null, 2)}\n`);
  return file;
}

/** Commands to paste, each complete. */
export async function suggest(fleet: Fleet, terminal: Terminal, halted: string | null): Promise<void> {
  const file = await writeChange(join(fleet.runDir, 'try'));
  const [host] = fleet.hosts;
  const command = `npm run -s breakwater -- --config ${cliConfigs(fleet.runDir).admin}`;
  const heading = (text: string): void => terminal.line(`   ${terminal.paint('dim', text)}`);
  terminal.line();
  terminal.line(terminal.paint('bold', 'What to try next'));
  heading('look: the status page, the API, a name server, the logs');
  terminal.line(`   ${fleet.api}/   ${fleet.api}/docs`);
  if (host !== undefined) terminal.line(`   dig @${host.address} -p ${host.port} www.example.com +nsid`);
  terminal.line(`   ${join(fleet.runDir, 'logs')}/`);
  terminal.line(`   ${command} status`);
  heading(
    `${halted === null ? '' : `end ${halted}, `}roll out a change (edit it first), follow it, take it back`,
  );
  if (halted !== null) terminal.line(`   ${command} abort ${halted} --reason Seen`);
  terminal.line(`   ${command} submit --watch -f ${file}`);
  terminal.line(`   ${command} --help`);
  heading('Ctrl-C ends everything.');
}
