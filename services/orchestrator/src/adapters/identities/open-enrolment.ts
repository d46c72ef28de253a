import { readFile } from 'node:fs/promises';
import { sha256 } from '@breakwater/shared';
import type { Identities } from '../http/interface.ts';
import { readEnrolment } from './enrolment.ts';
import { fileIdentities } from './file-identities.ts';
import type { EnrolmentSource, HostEntry } from './interface.ts';

/** The enrolment that is in force: that of the files when they were last without a fault. */
export interface OpenEnrolment extends EnrolmentSource {
  readonly identities: Identities;
  hosts(): readonly HostEntry[];
}

/**
 * Reads who is enrolled, and again whenever the files have changed: a new host's token is taken, and one that is gone
 * refused, from the moment of the reading on. Files with a fault change nothing.
 *
 * @param check throws what else is wrong with such hosts.
 * @throws BreakwaterError with every fault when the first reading fails.
 */
export async function openEnrolment(
  hostsFile: string,
  operatorsFile: string,
  check: (hosts: readonly HostEntry[]) => void,
): Promise<OpenEnrolment> {
  const files = [hostsFile, operatorsFile];
  const contents = async (): Promise<string> => {
    const found = await Promise.all(files.map((file) => readFile(file)));
    return found.map((bytes) => sha256(bytes)).join(' ');
  };
  const read = async () => {
    const enrolment = await readEnrolment(hostsFile, operatorsFile);
    check(enrolment.hosts);
    const hasAdmin = enrolment.operators.some(({ role }) => role === 'admin');
    return { hosts: enrolment.hosts, identities: fileIdentities(enrolment), hasAdmin };
  };

  // Taken before the files are read: what is written in between is found next time.
  let seen = await contents();
  let current = await read();
  let fault: string | null = null;

  return {
    identities: {
      host: (token) => current.identities.host(token),
      operator: (token) => current.identities.operator(token),
      lastKnown: (token) => current.identities.lastKnown(token),
    },
    hasAdmin: () => current.hasAdmin,
    hosts: () => current.hosts,
    fault: () => fault,
    async reread() {
      try {
        const now = await contents();
        if (now === seen && fault === null) return null;
        current = await read();
        seen = now;
        fault = null;
        return current.hosts;
      } catch (error) {
        fault = `the enrolment of before holds, since its files have a fault: ${(error as Error).message}`;
        throw error;
      }
    },
  };
}
