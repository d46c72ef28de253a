import type { Digest, OperatorName } from '@breakwater/shared';
import type { EnrolledHost } from '../../core/fleet.ts';
import type { Role } from '../http/interface.ts';

/** A host as it is enrolled, with the hash of its agent's token. */
export interface HostEntry extends EnrolledHost {
  tokenSha256: Digest;
}

/** An operator as they are enrolled. */
export interface OperatorEntry {
  name: OperatorName;
  role: Role;
  tokenSha256: Digest;
}

export interface Enrolment {
  hosts: readonly HostEntry[];
  operators: readonly OperatorEntry[];
}
