import { randomBytes } from 'node:crypto';
import type { NewToken } from './interface.ts';

/**
 * 256 bits of chance. The prefix lets people and programs that search for leaked secrets know what it is, and lets whoever
 * sends anything else be refused without asking the store.
 */
export const randomToken: NewToken = () => `bw_${randomBytes(32).toString('base64url')}`;
