import type { Digest, OperatorName } from '@breakwater/shared';
import type { EnrolledHost } from '../../core/fleet.ts';
import type { Role } from '../../core/role.ts';

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

/** Makes up the text of an operator's token. */
export type NewToken = () => string;

/** Who is enrolled, as it may change while everything runs. */
export interface EnrolmentSource {
  /**
   * Looks whether it has changed. @returns all hosts if it has, `null` if not.
   * @throws when it is faulty; then everything stays as it was.
   */
  reread(): Promise<readonly EnrolledHost[] | null>;
  /** Whether the operators' file has an admin. */
  hasAdmin(): boolean;
  /** Why what is written now is not in force, or `null` when it is. */
  fault(): string | null;
}

export interface Enrolment {
  hosts: readonly HostEntry[];
  operators: readonly OperatorEntry[];
}
