import { parseDuration, TokenId } from '@breakwater/shared';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { type Api, answerOf, type NewToken, type Token } from '../api/api.ts';
import { table } from '../io/text.ts';
import type { Root, Run } from '../run.ts';

const ROLES = ['viewer', 'responder', 'submitter', 'approver', 'admin'] as const;
const REASON = ['-r, --reason <text>', 'why; it is kept in the audit log'] as const;

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function tokenId(text: string): string {
  const id = TokenId.safeParse(text);
  if (id.success) return id.data;
  throw new InvalidArgumentError('The id of a token looks like t-42; breakwater tokens shows them.');
}

function labels(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined || Object.hasOwn(before, name))
    throw new InvalidArgumentError('It takes NAME=VALUE, each name once.');
  return { ...before, [name]: value };
}

/** A length of time from now on, or a moment. */
function ending(text: string): string {
  if (parseDuration(text) !== null || !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError(
    'It takes a duration of up to 30d such as 12h, or a time such as 2027-01-31.',
  );
}

function momentOf(text: string, now: number): string {
  const ms = parseDuration(text);
  return new Date(ms === null ? Date.parse(text) : now + ms).toISOString();
}

export function addTokenCommands(root: Root, run: Run): void {
  const tokens = root.command('tokens').description('who may do what: the tokens of operators');
  tokens
    .command('list', { isDefault: true })
    .description('the tokens that have not been revoked; never what they are')
    .action(() =>
      run(async ({ api, output, shown }) => {
        const items = shown(await allTokens(api));
        output.data({ items });
        const rows = items.map((one) => [one.id, one.name, one.role, reach(one), until(one), one.reason]);
        for (const line of table([['id', 'name', 'role', 'where', 'until', 'reason'], ...rows], output.width))
          output.line(line);
      }),
    );

  tokens
    .command('create')
    .description('a token for somebody; it is printed once and is nowhere else')
    .argument('<name>', 'whose it is')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
    .option('--datacenter <name>', 'only for hosts there; give it again for others', collect, [] as string[])
    .option(
      '--label <name=value>',
      'only for hosts with this label; with all of them if given again',
      labels,
      {},
    )
    .option('--expires <when>', 'after so long (12h, 30d), or at a time (2027-01-31)', ending)
    .requiredOption(...REASON)
    .action((name, { role, datacenter, label, expires, reason }) =>
      run(async ({ api, output, around, shown, confirm }) => {
        const scope = {
          ...(datacenter.length > 0 && { datacenters: datacenter }),
          ...(Object.keys(label).length > 0 && { labels: label }),
        };
        const expiresAt = expires === undefined ? null : momentOf(expires, around.clock.now());
        const asked = { name, role, scope: Object.keys(scope).length > 0 ? scope : null, expiresAt };
        await confirm(`Let ${name} act as ${role} on ${reach(asked)}, until ${until(asked)}`);
        const body = {
          name,
          role,
          reason,
          ...(asked.scope && { scope }),
          ...(expiresAt !== null && { expiresAt }),
        };
        const created: NewToken = shown(await answerOf(api.client.POST('/v1/tokens', { body })));
        output.data(created);
        output.note(`${created.id} for ${created.name}; the token is shown this once:`);
        output.line(created.token);
      }),
    );

  tokens
    .command('revoke')
    .description('from the next request on nobody knows the token')
    .argument('<token>', 'its id', tokenId)
    .requiredOption(...REASON)
    .action((id, { reason }) =>
      run(async ({ api, output, shown }) => {
        const call = api.client.POST('/v1/tokens/{id}/revoke', {
          params: { path: { id } },
          body: { reason },
        });
        output.data(shown(await answerOf(call)));
        output.line(`${id} is revoked.`);
      }),
    );
}

async function allTokens(api: Api): Promise<Token[]> {
  const { items } = await answerOf(api.client.GET('/v1/tokens', { params: { query: { limit: 1000 } } }));
  return items;
}

function reach({ scope }: Pick<Token, 'scope'>): string {
  const { datacenters = [], labels: wanted = {} } = scope ?? {};
  const all = Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
  return [...datacenters, ...all].join(' ') || 'the whole fleet';
}

function until({ expiresAt }: Pick<Token, 'expiresAt'>): string {
  return expiresAt ?? 'it is revoked';
}
