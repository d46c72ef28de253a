/** The fleet cannot be started, for a reason that a person can act on. It is shown without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
