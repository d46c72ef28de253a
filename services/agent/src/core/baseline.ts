import type { Rcode } from '@breakwater/shared';

/** A zone of the daemon's configuration (`named-checkconf -l`). */
export interface Zone {
  /** In presentation form, lower case, without the final dot; the root is ".". */
  name: string;
  /** Zone type as `named-checkconf -l` prints it: primary, secondary, forward, hint, redirect, … */
  type: string;
  /**
   * SOA serial of its file, journal included, as the daemon's checker loaded it: once the daemon has loaded the same file it
   * answers with this serial or, for a zone that it changes itself, a later one. Absent when the file does not load, when
   * two views have it with different serials, and for zones without a file.
   */
  serial?: number;
}

/** How the daemon answered a zone's SOA question before the change. */
export interface ZoneAnswer {
  zone: string;
  transport: 'udp' | 'tcp';
  /** Present when it was asked at loopback rather than at the service address. */
  at?: 'loopback';
  /** Present when it was asked with RD set, as the stub resolvers of clients ask. */
  recursionDesired?: true | undefined;
  rcode: Rcode;
  aa: boolean;
  /** SOA serial, when the answer held one. */
  serial: number | null;
}

/** Every zone that the host answered before the change: what it must still answer afterwards. */
export type Baseline = readonly ZoneAnswer[];
