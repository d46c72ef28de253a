import { pino } from 'pino';

/** The log of an agent whose words nobody reads. */
export const silentLog = pino({ level: 'silent' });
