import type { EnrolmentSource } from '../../services/orchestrator/src/adapters/identities/interface.ts';
import type { EnrolledHost } from '../../services/orchestrator/src/core/fleet.ts';

/** The file that says who is enrolled; people write it while everything runs, and now and then they write it wrongly. */
export class EnrolmentFile {
  /** What is written cannot be read. */
  broken = false;
  hosts: readonly EnrolledHost[];
  #version = 1;

  constructor(hosts: readonly EnrolledHost[]) {
    this.hosts = hosts;
  }

  write(hosts: readonly EnrolledHost[]): void {
    this.hosts = hosts;
    this.#version += 1;
  }

  /** The file as one orchestrator reads it, which has just read it for the first time. */
  reader(): EnrolmentSource {
    let read = this.#version;
    let fault: string | null = null;
    return {
      reread: async () => {
        fault = this.broken ? 'the file is no JSON' : null;
        if (fault !== null) throw new Error(fault);
        if (read === this.#version) return null;
        read = this.#version;
        return this.hosts;
      },
      fault: () => fault,
      hasAdmin: () => true,
    };
  }
}
