import { RolloutId } from '@breakwater/shared';
import { InvalidArgumentError } from '@commander-js/extra-typings';

/** An id that no rollout can have is a slip of the keyboard, and is not sent anywhere. */
export function rolloutId(text: string): string {
  const id = RolloutId.safeParse(text);
  if (id.success) return id.data;
  throw new InvalidArgumentError('A rollout id looks like r-42; breakwater status shows them.');
}
