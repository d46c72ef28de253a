import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import {
  BreakwaterError,
  DatacenterName,
  Digest,
  type Fault,
  GroupName,
  HostId,
  Labels,
  OperatorName,
  toFaults,
} from '@breakwater/shared';
import { z } from 'zod';
import { NOBODY } from '../../core/catch-up.ts';
import { ROLES } from '../../core/role.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import type { Enrolment, HostEntry, OperatorEntry } from './interface.ts';

const HostFile = z.array(
  z.strictObject({
    id: HostId,
    datacenter: DatacenterName,
    address: z
      .string()
      .refine((text) => isIP(text) !== 0, 'must be an IP address; a name would have to be resolved'),
    port: z.int().min(1).max(65_535),
    groups: z.array(GroupName).max(100),
    labels: Labels,
    tokenSha256: Digest,
  }),
) satisfies z.ZodType<HostEntry[]>;

const OperatorFile = z.array(
  z.strictObject({ name: OperatorName, role: z.enum(ROLES), tokenSha256: Digest }),
) satisfies z.ZodType<OperatorEntry[]>;

/**
 * Reads who is enrolled. Two entries that share an id, an address with its port, or a token are refused: which
 * of them holds would depend on the order of a file. A host's token that is an operator's too is refused as well.
 *
 * @throws BreakwaterError with every fault of both files; each path starts with the name of its file.
 */
export async function readEnrolment(hostsFile: string, operatorsFile: string): Promise<Enrolment> {
  const [hosts, operators] = await Promise.all([
    readEntries(hostsFile, HostFile),
    readEntries(operatorsFile, OperatorFile),
  ]);
  const entries = { hosts: hosts.entries, operators: operators.entries };
  const { hosts: hostEntries, operators: operatorEntries } = entries;
  const [first, ...rest] = [
    ...hosts.faults,
    ...operators.faults,
    ...repeated(
      'id',
      hostEntries.map(({ id }, i) => [`${hostsFile}/${i}/id`, id]),
    ),
    ...repeated(
      'address and port',
      hostEntries.map((host, i) => [`${hostsFile}/${i}/port`, `${host.address} ${host.port}`]),
    ),
    ...operatorEntries.flatMap(({ name }, i): Fault[] => {
      const message = `${NOBODY} is the name under which the orchestrator submits by itself`;
      return name === NOBODY ? [{ path: `${operatorsFile}/${i}/name`, code: 'invalid_value', message }] : [];
    }),
    ...repeated(
      'name',
      operatorEntries.map(({ name }, i) => [`${operatorsFile}/${i}/name`, name]),
    ),
    ...repeated('token', [
      ...hostEntries.map(({ tokenSha256 }, i) => [`${hostsFile}/${i}/tokenSha256`, tokenSha256] as const),
      ...operatorEntries.map(
        ({ tokenSha256 }, i) => [`${operatorsFile}/${i}/tokenSha256`, tokenSha256] as const,
      ),
    ]),
  ];
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
  return entries;
}

async function readEntries<Entry>(
  file: string,
  schema: z.ZodType<Entry[]>,
): Promise<{ entries: Entry[]; faults: Fault[] }> {
  const result = schema.safeParse(await readJson(file));
  if (result.success) return { entries: result.data, faults: [] };
  return {
    entries: [],
    faults: toFaults(result.error).map((fault) => ({ ...fault, path: file + fault.path })),
  };
}

async function readJson(file: string): Promise<unknown> {
  const bytes = await readFile(file);
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    throw new BreakwaterError('malformed_json', `${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Faults for every value that an earlier place has already. */
function repeated(what: string, places: readonly (readonly [path: string, value: string])[]): Fault[] {
  const seen = new Map<string, string>();
  return places.flatMap(([path, value]): Fault[] => {
    const earlier = seen.get(value);
    if (earlier === undefined) seen.set(value, path);
    return earlier === undefined
      ? []
      : [{ path, code: 'invalid_value', message: `repeats the ${what} of ${earlier}` }];
  });
}
