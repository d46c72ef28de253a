import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextChange } from './changes.ts';
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

/** Commands to paste, each complete. */
export async function suggest(fleet: Fleet, terminal: Terminal, halted: string | null): Promise<void> {
  const folder = join(fleet.runDir, 'try');
  await mkdir(folder, { recursive: true });
  const change = join(folder, 'change.json');
  await writeFile(change, `${JSON.stringify(nextChange, null, 2)}\n`);
  const [host] = fleet.hosts;
  const post = `curl -H "authorization: Bearer $TOKEN" -H 'content-type: application/json'`;
  const heading = (text: string): void => terminal.line(`   ${terminal.paint('dim', text)}`);
  terminal.line();
  terminal.line(terminal.paint('bold', 'What to try next'));
  heading('look: the status page, the API, a name server, the logs');
  terminal.line(`   ${fleet.api}/   ${fleet.api}/docs`);
  if (host !== undefined) terminal.line(`   dig @${host.address} -p ${host.port} www.example.com +nsid`);
  terminal.line(`   ${join(fleet.runDir, 'logs')}/`);
  heading(`${halted === null ? '' : `end ${halted}, `}roll out a change (edit it first), follow a rollout`);
  terminal.line(`   TOKEN=${fleet.token}`);
  if (halted !== null) {
    terminal.line(`   ${post} -d '{"reason":"Seen"}' ${fleet.api}/v1/rollouts/${halted}/abort`);
  }
  terminal.line(`   ${post} -d @${change} ${fleet.api}/v1/rollouts`);
  const events = `${fleet.api}/v1/rollouts/${halted ?? 'r-1'}/events`;
  terminal.line(`   curl -N -H "authorization: Bearer $TOKEN" -H 'accept: text/event-stream' ${events}`);
  heading('Ctrl-C ends everything.');
}
