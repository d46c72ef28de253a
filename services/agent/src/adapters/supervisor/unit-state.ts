import { constants as os } from 'node:os';

/** The properties of a unit that are read, as `systemctl show` names them (org.freedesktop.systemd1(5)). */
export const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'NRestarts',
  'InvocationID',
  'ExecMainCode',
  'ExecMainStatus',
  'ExecMainExitTimestampMonotonic',
  'TimeoutStopUSec',
  'CanReload',
] as const;
type Property = (typeof PROPERTIES)[number];

/** What systemd says of a unit. */
export interface UnitState {
  /** `loaded`, `not-found`, `masked`, `bad-setting` or `error`. */
  load: string;
  /** `active`, `activating`, `deactivating`, `inactive`, `failed`, `reloading`. */
  active: string;
  sub: string;
  /** Why it failed last: `success`, `exit-code`, `signal`, `timeout`, `start-limit-hit`, … */
  result: string;
  mainPid: number | null;
  /** Automatic restarts since somebody last asked for a start. */
  restarts: number;
  /** Another one for each start. */
  invocation: string;
  /** How the main process ended last, in words; `null` when it has not. */
  lastExit: string | null;
  /** How long systemd itself waits between TERM and KILL, as systemd writes it ("1min 30s", "infinity"). */
  timeoutStop: string;
  canReload: boolean;
}

/** Reads the output of `systemctl show`, lines of `Name=value`. What is missing is taken as empty. */
export function parseUnit(output: string): UnitState {
  const values = new Map(
    output.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const get = (name: Property): string => values.get(name) ?? '';
  return {
    load: get('LoadState'),
    active: get('ActiveState'),
    sub: get('SubState'),
    result: get('Result'),
    mainPid: Number(get('MainPID')) || null,
    restarts: Number(get('NRestarts')),
    invocation: get('InvocationID'),
    lastExit: describeMainExit(get),
    timeoutStop: get('TimeoutStopUSec'),
    canReload: get('CanReload') === 'yes',
  };
}

/** `ExecMainCode` is the `si_code` of waitid(2): 1 exited, 2 killed, 3 dumped core. */
function describeMainExit(get: (name: Property) => string): string | null {
  if (!Number(get('ExecMainExitTimestampMonotonic'))) return null;
  const status = Number(get('ExecMainStatus'));
  if (get('ExecMainCode') === '1') return `exited with status ${status}`;
  const name = Object.entries(os.signals).find(([, number]) => number === status)?.[0];
  return `killed by signal ${status}${name === undefined ? '' : ` (${name})`}`;
}

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  month: 2_629_800_000,
  y: 31_557_600_000,
};

/** Reads a time span as systemd writes it ("1min 30s"), in milliseconds; `infinity` and what it cannot read are ∞. */
export function spanMs(text: string): number {
  const parts = text.split(' ').map((part) => /^([\d.]+)([a-z]+)$/.exec(part));
  return (
    parts.reduce((sum, part) => sum + Number(part?.[1]) * (UNITS[part?.[2] ?? ''] ?? Number.NaN), 0) ||
    Infinity
  );
}
