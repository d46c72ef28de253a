import { bundleDigest, manifestOf, parse, Submission } from '@breakwater/shared';
import type { Random } from '../../services/agent/src/testing/random.ts';
import { type Behaviour, GOOD, KINDS } from './behaviour.ts';
import { LIMIT, QUERY } from './metrics.ts';
import type { World } from './interfaces.ts';
import type { Gates } from './settings.ts';

function strategyOf(random: Random, which: Gates): Record<string, unknown> {
  const gates = gatesOf(random, which);
  // A gate has to be measured within every soak that it is to prove.
  const soak = (): string => random.pick(gates.length > 0 ? ['2s', '4s'] : ['0s', '1s', '2s', '4s']);
  return {
    canary: { hosts: random.pick(isAimed(which) ? [1] : [1, 1, 1, 1, 2]), soak: soak() },
    datacenters: { share: random.pick([1, '25%', '50%']), soak: soak() },
    global: { soak: soak() },
    maxUnavailable: random.pick([1, 1, 2, '20%', '50%']),
    failureThreshold: random.pick([0, 0, 0, 1]),
    applyDeadline: random.pick(['15s', '30s', '60s']),
    progressDeadline: random.pick(['60s', '120s', '10m']),
    // Long enough that a gate which tells nothing is what is waited for too long.
    confirmDeadline: random.pick(
      which === 'mute' ? ['90s'] : gates.length > 0 ? ['45s', '90s'] : ['20s', '45s', '90s'],
    ),
    onFailure: random.pick(['halt', 'halt', 'rollback']),
    action: random.pick(['restart', 'restart', 'reload']),
    vantage: random.pick([0, 1, 1, 2]),
    unreachable: random.pick(['halt', 'halt', 'skip']),
    gates,
    approval: random.pick(
      isAimed(which)
        ? ['none']
        : ['none', 'none', { before: ['canary'] }, { before: ['datacenter', 'global'] }],
    ),
  };
}

/** Whether all is so that the gates have the last word. */
const isAimed = (which: Gates): boolean => which === 'compared' || which === 'mute';

/** What has to hold besides the hosts' own checks. */
function gatesOf(random: Random, which: Gates): Record<string, unknown>[] {
  if (which === 'none') return [];
  const deadline = random.pick(which === 'mute' ? ['10s'] : ['10s', '30s']);
  const paced = { every: random.pick(['1s', '2s']), tolerate: 0, deadline };
  const errors = {
    ...paced,
    kind: 'prometheus',
    name: 'errors',
    query: QUERY,
    condition: { is: '<', value: LIMIT },
    before: random.pick([[], ['canary'], ['datacenter', 'global']]),
    during: random.pick([['canary'], ['canary', 'datacenter', 'global']]),
  };
  const latency = { ...paced, kind: 'comparison', name: 'latency', deadline: '45s', minSamples: 20 };
  const during = random.pick([['canary'], ['canary', 'datacenter']]);
  const slower = { ...latency, during };
  if (which === 'mute') return [errors];
  return which === 'compared' ? [slower] : random.pick([[errors], [errors], [slower], [errors, slower]]);
}

function behaviourFor({ random, machines, settings }: World): Behaviour {
  const { gates } = settings;
  const compared = gates === 'compared' && random.chance(0.5);
  if (!compared && random.chance(0.5)) return GOOD;
  const costly = compared || (gates !== 'none' && random.chance(0.3));
  const some = machines.filter(() => random.chance(0.4)).map((machine) => machine.id);
  return {
    kind: costly ? 'costly' : random.pick(KINDS),
    hosts: compared || random.chance(0.5) ? null : new Set(some),
    livesMs: random.between(200, 20_000),
  };
}

function targetsOf({ random, machines, settings }: World): Record<string, unknown> {
  if (isAimed(settings.gates) && random.chance(0.8)) return {};
  const which = random.pick(['all', 'all', 'all', 'datacenter', 'hosts'] as const);
  if (which === 'all') return {};
  if (which === 'datacenter') return { datacenters: [random.pick(machines).place.datacenter] };
  const some = machines.filter(() => random.chance(0.5)).map((machine) => machine.id);
  return { hosts: some.length > 0 ? some : [random.pick(machines).id] };
}

/** Whether a change waits for what is in its way, or makes it give way. */
function urgencyOf({ random, server }: World): Record<string, unknown> {
  if (random.chance(0.7)) return { whenBusy: random.pick(['refuse', 'queue']) };
  const live = [...server.snapshot().live.keys()];
  const expires = random.pick(['1m', '10m']);
  return { emergency: { incident: 'INC-7', expires, overtakes: random.chance(0.8) ? live : [] } };
}

/** A change that nobody has submitted before, and how it behaves; the world knows it from here on. */
export function newChange(world: World, number: number): Submission {
  const { random } = world;
  const { gates } = world.settings;
  const behaviour = behaviourFor(world);
  const files = { 'all/named.conf': `// change ${number}, ${behaviour.kind}\n` };
  world.behaviours.set(bundleDigest(manifestOf(files)), behaviour);
  return parse(Submission, {
    title: `change ${number}`,
    reason: `act ${number}`,
    bundle: { files },
    targets: targetsOf(world),
    strategy: strategyOf(random, random.chance(isAimed(gates) ? 1 : 0.8) ? gates : 'none'),
    ...(world.settings.eventful ? urgencyOf(world) : {}),
  });
}
