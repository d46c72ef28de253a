import type { EnrolledHost } from '../../core/fleet.ts';
import type { EnrolmentSource } from './interface.ts';

/** An enrolment for tests: it is what they write, or faulty. */
export class MemoryEnrolment implements EnrolmentSource {
  /** What has been written since it was last read. */
  written: readonly EnrolledHost[] | Error | null = null;
  /** Whether it has an admin. */
  admin = true;
  #fault: string | null = null;

  async reread(): Promise<readonly EnrolledHost[] | null> {
    const { written } = this;
    this.#fault = written instanceof Error ? written.message : null;
    if (written instanceof Error) throw written;
    this.written = null;
    return written;
  }

  hasAdmin(): boolean {
    return this.admin;
  }

  fault(): string | null {
    return this.#fault;
  }
}
