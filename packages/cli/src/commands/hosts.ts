import type { Api, Host, Rollout } from '../api/api.ts';
import { answerOf } from '../api/api.ts';
import { count, table } from '../io/text.ts';
import type { Root, Run } from '../run.ts';
import { REASON } from './arguments.ts';
import { hostLines, hostRows } from '../tell/hosts.ts';

/** The whole fleet, however many parts it comes in. */
export async function allHosts(api: Api): Promise<Host[]> {
  const hosts: Host[] = [];
  let after: string | undefined;
  do {
    const query = { limit: 1000, ...(after !== undefined && { after }) };
    const { items, next } = await answerOf(api.client.GET('/v1/hosts', { params: { query } }));
    hosts.push(...items);
    after = next ?? undefined;
  } while (after !== undefined);
  return hosts;
}

const RECENT = 20;

/** What has been going on, newest first: enough to say of a host what became of it. */
export async function newestRollouts(api: Api): Promise<Rollout[]> {
  const query = { limit: RECENT };
  return (await answerOf(api.client.GET('/v1/rollouts', { params: { query } }))).items;
}

function oneHost(api: Api, id: string): Promise<Host> {
  return answerOf(api.client.GET('/v1/hosts/{id}', { params: { path: { id } } }));
}

export function addHosts(root: Root, run: Run): void {
  root
    .command('hosts')
    .description('the fleet, or one host of it')
    .argument('[host]', 'its id')
    .action((id) =>
      run(async ({ api, output, around, shown }) => {
        const now = around.clock.now();
        if (id !== undefined) {
          const host = shown(await oneHost(api, id));
          output.data(host);
          for (const line of hostLines(host, now)) output.line(line);
          return;
        }
        const [items, rollouts] = shown(await Promise.all([allHosts(api), newestRollouts(api)]));
        output.data({ items });
        for (const line of table(hostRows(items, now, rollouts), output.width)) output.line(line);
      }),
    );
}

const VERBS = [
  ['drain', 'take a host out of service: no rollout takes it'],
  ['undrain', 'take a drained host back; it gets what it has missed'],
  ['remove', 'remove a host from the fleet for good'],
] as const;

/** What is asked before a verb; draining only takes away, and asks nothing. */
const QUESTIONS = {
  drain: null,
  undrain: (host: Host) => `Take ${host.id} back (${count(1, 'host')}, which gets what it has missed)`,
  remove: (host: Host) => `Remove ${host.id} in ${host.datacenter} for good (its id is not used again)`,
} as const;

export function addHostVerbs(root: Root, run: Run): void {
  for (const [verb, description] of VERBS) {
    root
      .command(verb)
      .description(description)
      .argument('<host>', 'its id')
      .requiredOption(...REASON)
      .action((id, { reason }) =>
        run(async ({ api, output, shown, confirm }) => {
          const question = QUESTIONS[verb];
          if (question !== null) await confirm(question(shown(await oneHost(api, id))));
          const call = api.client.POST(`/v1/hosts/{id}/${verb}`, {
            params: { path: { id } },
            body: { reason },
          });
          const answer = shown(await answerOf(call));
          output.data(answer);
          output.line(
            answer.host === null
              ? `${id} was removed.`
              : `${id} is ${answer.host.drained ? 'drained' : 'in service'}.`,
          );
        }),
      );
  }
}
