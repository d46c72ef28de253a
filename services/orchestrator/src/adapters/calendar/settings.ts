import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** 24:00 is the end of a day, so that a whole day can be written. */
const TimeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'write a time of day such as 17:30');

const LocalTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d$/, 'write a local time such as 2026-12-20T17:30')
  .refine((text) => DateTime.fromISO(text, { zone: 'utc' }).isValid, 'there is no such day');

/** Every week: it begins on these days, and ends on the next day where `to` is earlier than `from`. */
const Weekly = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .refine((days) => new Set(days).size === days.length, 'names a day twice'),
    from: TimeOfDay.refine((text) => text !== '24:00', 'begin on the next day at 00:00'),
    to: TimeOfDay,
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    message: 'is the same as from: write 00:00 to 24:00 for a whole day',
  });

const Once = z
  .strictObject({ from: LocalTime, to: LocalTime })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be later than from' });

const FreezeWindow = z
  .strictObject({
    /** What people read where a rollout waits for its end. */
    name: z.string().trim().min(1).max(100),
    timeZone: z
      .string()
      .refine((zone) => IANAZone.isValidZone(zone), 'is no time zone; write one such as Europe/Amsterdam'),
    weekly: Weekly.optional(),
    once: Once.optional(),
  })
  .refine(({ weekly, once }) => (weekly === undefined) !== (once === undefined), 'write weekly or once');

/** Windows in which no ordinary rollout begins or takes a further host. Times are those of clocks on walls in `timeZone`. */
export const FreezeWindows = z.array(FreezeWindow).superRefine((windows, ctx) => {
  for (const [index, { name }] of windows.entries()) {
    if (windows.findIndex((other) => other.name === name) < index)
      ctx.addIssue({ code: 'custom', path: [index, 'name'], message: 'repeats the name of another window' });
  }
});
export type FreezeWindow = Readonly<z.output<typeof FreezeWindow>>;
