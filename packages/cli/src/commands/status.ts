import { type Api, answerOf, type Host, type Line, type Rollout } from '../api/api.ts';
import { EXIT } from '../exit-codes.ts';
import { count, oneLine, sentence } from '../io/text.ts';
import type { Context, Root, Run } from '../run.ts';
import { advice } from '../tell/choices.ts';
import { headline, isEnded, rolloutLines } from '../tell/rollout.ts';
import { oddLine } from '../tell/oddities.ts';
import { fleetLine } from '../tell/hosts.ts';
import { allHosts, newestRollouts } from './hosts.ts';

/** Whether one orchestrator can work, or what came instead of an answer. */
interface Readiness {
  address: string;
  ready: boolean;
  reasons: readonly string[];
}

interface Status {
  orchestrators: Readiness[];
  line: Line;
  hosts: Host[];
  /** Not over yet; those that wait for a person first. */
  active: Rollout[];
  last: Rollout | null;
  /** Which hosts run something else than they should, in words. */
  odd: string | null;
}

export function addStatus(root: Root, run: Run): void {
  root
    .command('status')
    .description('what is going on, and what there is to decide')
    .action(() =>
      run(async (context) => {
        const status = context.shown(await readStatus(context));
        context.output.data(status);
        context.output.line(firstLine(status), 'bold');
        for (const line of statusLines(status, context.output.paint)) context.output.line(line);
        return EXIT.done;
      }),
    );
}

async function readStatus({ api }: Context): Promise<Status> {
  const [items, hosts, line, orchestrators] = await Promise.all([
    newestRollouts(api),
    allHosts(api),
    answerOf(api.client.GET('/v1/line')),
    Promise.all(api.addresses.map(readiness)),
  ]);
  // An old one that still holds hosts is not among the newest.
  const held = new Set(hosts.flatMap(({ rollout }) => rollout ?? []));
  const missing = [...held].filter((id) => !items.some((rollout) => rollout.id === id));
  const older = await Promise.all(missing.map((id) => oneRollout(api, id)));
  const active = [...items, ...older].filter((rollout) => !isEnded(rollout));
  const waiting = (rollout: Rollout): number => URGENCY.indexOf(rollout.state);
  return {
    orchestrators,
    line,
    hosts,
    active: active.toSorted((a, b) => waiting(b) - waiting(a)),
    last: items.find(isEnded) ?? null,
    odd: oddLine(hosts, items),
  };
}

/** The later, the more a person is wanted. */
const URGENCY: readonly Rollout['state'][] = [
  'planned',
  'preflighting',
  'running',
  'rollingBack',
  'paused',
  'awaitingApproval',
  'halted',
];

export function oneRollout(api: Api, id: string): Promise<Rollout> {
  return answerOf(api.client.GET('/v1/rollouts/{id}', { params: { path: { id } } }));
}

/** Asked of each address by itself: one that is gone is covered by the others until they are gone, too. */
async function readiness(address: string): Promise<Readiness> {
  try {
    const response = await fetch(`${address}/readyz`, {
      signal: AbortSignal.timeout(3000),
      redirect: 'error',
    });
    const { ready, reasons } = (await response.json()) as { ready: boolean; reasons: string[] };
    return { address, ready, reasons };
  } catch {
    return { address, ready: false, reasons: ['it does not answer'] };
  }
}

function statusLines(
  { orchestrators, line, hosts, active, last, odd }: Status,
  paint: Context['output']['paint'],
): string[] {
  const unwell = orchestrators.filter(({ ready }) => !ready);
  return [
    ...lineLines(line),
    ...active.flatMap((rollout) => ['', ...rolloutLines(rollout)]),
    '',
    `${fleetLine(hosts)}.`,
    ...(odd === null ? [] : [paint('yellow', `${odd}.`)]),
    ...(last === null ? [] : [`Last: ${headline(last)}, ${last.since.slice(0, 16).replace('T', ' ')} UTC.`]),
    ...unwell.map(({ address, reasons }) =>
      paint('yellow', `Orchestrator ${address} is not ready: ${sentence(oneLine(reasons.join('; ')))}`),
    ),
  ];
}

/** It says it all: what is going on, and whether somebody has to decide. */
function firstLine({ line: { stopped, frozen }, active, hosts, odd }: Status): string {
  const [first, ...others] = active;
  const more = others.length > 0 ? ` (and ${count(others.length, 'other rollout')})` : '';
  if (stopped) {
    const held = active.length > 0 ? `; ${count(active.length, 'rollout')} not over` : '';
    return `DECIDE: the line is stopped: nothing starts, and no rollout takes a further host${held}.`;
  }
  if (first !== undefined) return `${FIRST[first.state](first)}${more}.`;
  const sick = hosts.filter(({ availability }) => availability !== 'healthy').length;
  const well =
    sick === 0
      ? `all ${count(hosts.length, 'host')} are healthy`
      : `${sick} of ${count(hosts.length, 'host')} not healthy`;
  const still = frozen === null ? '' : ', and a freeze is in force';
  return `Nothing is being rolled out${still}; ${odd === null ? well : `${odd}; ${well}`}.`;
}

const FIRST: Readonly<Record<Rollout['state'], (rollout: Rollout) => string>> = {
  halted: (rollout) => `DECIDE: ${rollout.id} has halted; ${advice(rollout)}`,
  awaitingApproval: ({ id }) => `DECIDE: ${id} waits for approval`,
  paused: (rollout) => `DECIDE: ${rollout.id} is paused; ${advice(rollout)}`,
  rollingBack: ({ id }) => `${id} is being rolled back; nothing to decide`,
  running: ({ id }) => `${id} is being rolled out; nothing to decide`,
  preflighting: ({ id }) => `${id} is being proved offline; nothing to decide`,
  planned: ({ id }) => `${id} waits to begin; nothing to decide`,
  rolledBack: ({ id }) => `${id} was rolled back`,
  aborted: ({ id }) => `${id} was aborted`,
  succeeded: ({ id }) => `${id} has succeeded`,
};

export function lineLines({ stopped, by, reason, since, frozen }: Line): string[] {
  const lines: string[] = [];
  if (stopped) {
    lines.push(
      `  Stopped by ${by ?? 'nobody known'} since ${since ?? '?'}: ${sentence(oneLine(reason ?? 'no reason given'))}`,
    );
    lines.push('  breakwater line start --reason "…"'.padEnd(46) + 'once it is safe (an admin)');
  }
  if (frozen !== null)
    lines.push(`  Freeze "${frozen.name}" until ${frozen.until}: ordinary rollouts take no further host.`);
  return lines;
}
