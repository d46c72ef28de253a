import type { DatacenterName, Digest, GroupName, HostId, Labels, OperatorName } from '@breakwater/shared';
import type { Role } from '../http/interface.ts';

/** A host as it is enrolled. */
export interface HostEntry {
  id: HostId;
  datacenter: DatacenterName;
  /** An IP literal: nothing on the way to a host may need a name to be resolved. */
  address: string;
  port: number;
  groups: GroupName[];
  labels: Labels;
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
