import { DateTime } from 'luxon';
import type { Calendar, Freeze, Planned } from './interface.ts';
import { DAYS, type FreezeWindow } from './settings.ts';

/** Windows that follow each other without a gap are one wait; there may be no end to them. */
const MOST_IN_A_ROW = 20;

interface Span {
  from: number;
  to: number;
}

/** Tells from windows in local time what is in force. */
export function freezeCalendar(windows: readonly FreezeWindow[]): Calendar {
  const inForce = (now: number): (Span & { window: FreezeWindow })[] =>
    windows
      .flatMap((window) => spansNear(window, now).map((span) => ({ ...span, window })))
      .filter(({ from, to }) => from <= now && now < to)
      .toSorted((a, b) => b.to - a.to);

  const lookUp = (now: number): Freeze | null => {
    const [last] = inForce(now);
    if (!last) return null;
    let until = last.to;
    for (let more = 0; more < MOST_IN_A_ROW; more += 1) {
      const [next] = inForce(until);
      if (!next) break;
      until = next.to;
    }
    return freezeOf(last.window, until);
  };

  // Windows begin and end with a minute, and every decision asks.
  let minute: number | null = null;
  let found: Freeze | null = null;
  return {
    freezeAt(now) {
      const asked = Math.floor(now / 60_000);
      if (asked !== minute) found = lookUp(now);
      minute = asked;
      return found;
    },
    nextFreeze: (now) => {
      const planned = windows.flatMap((window) =>
        spansNear(window, now, WEEK_AHEAD).map(
          ({ from, to }): Planned => ({ name: window.name, from, until: to }),
        ),
      );
      return planned.filter(({ from }) => from > now).toSorted((a, b) => a.from - b.from)[0] ?? null;
    },
  };
}

function freezeOf({ name, timeZone }: FreezeWindow, until: number): Freeze {
  const end = DateTime.fromMillis(until, { zone: timeZone }).toISO({ suppressMilliseconds: true });
  return { name, until, reason: `frozen by ${name} until ${end} (${timeZone})` };
}

/** Days, counted from today, on which a window may begin that is in force now; and those until it begins again. */
const AROUND_NOW = [-2, -1, 0, 1];
const WEEK_AHEAD = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The times at which a window could be in force around a moment. */
function spansNear({ timeZone, weekly, once }: FreezeWindow, now: number, days = AROUND_NOW): Span[] {
  if (once) return [{ from: earliest(once.from, timeZone), to: latest(once.to, timeZone) }];
  if (!weekly) return [];
  const { from, to } = weekly;
  const today = DateTime.fromMillis(now, { zone: timeZone });
  return days.flatMap((shift) => {
    // Noon is on every day, whatever the clocks do at night.
    const day = today.set({ hour: 12 }).plus({ days: shift });
    const name = DAYS[day.weekday - 1];
    if (name === undefined || !weekly.days.includes(name)) return [];
    const end = to <= from || to === '24:00' ? day.plus({ days: 1 }) : day;
    const close = to === '24:00' ? '00:00' : to;
    return [
      {
        from: earliest(`${day.toISODate()}T${from}`, timeZone),
        to: latest(`${end.toISODate()}T${close}`, timeZone),
      },
    ];
  });
}

/** A night on which clocks are changed never makes a window shorter: of two times that could be meant the outer one holds. */
const earliest = (local: string, zone: string): number => Math.min(...meant(local, zone));
const latest = (local: string, zone: string): number => Math.max(...meant(local, zone));

/**
 * The moments at which clocks of a zone show a local time: two on a night on which it comes twice. Where it is left out
 * there is none; then those that it would be by the clocks before and after the change.
 */
function meant(local: string, zone: string): number[] {
  const shown = DateTime.fromISO(local, { zone: 'utc' }).toMillis();
  const near = DateTime.fromISO(local, { zone });
  const offsets = [near.minus({ days: 1 }).offset, near.plus({ days: 1 }).offset];
  const moments = offsets.map((minutes) => shown - minutes * 60_000);
  const real = moments.filter(
    (moment) => moment + DateTime.fromMillis(moment, { zone }).offset * 60_000 === shown,
  );
  return real.length > 0 ? real : moments;
}
