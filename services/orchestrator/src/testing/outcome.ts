import { BreakwaterError } from '@breakwater/shared';

/** `done`, or the code with which it was refused. @throws what is no refusal: a broken invariant, an internal error. */
export async function outcomeOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'done';
  } catch (error) {
    if (!(error instanceof BreakwaterError) || error.code === 'internal') throw error;
    return error.code;
  }
}
