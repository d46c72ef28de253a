import { RolloutId } from '@breakwater/shared';
import { InvalidArgumentError } from '@commander-js/extra-typings';

/** An id that no rollout can have is a slip of the keyboard, and is not sent anywhere. */
export function rolloutId(text: string): string {
  const id = RolloutId.safeParse(text);
  if (id.success) return id.data;
  throw new InvalidArgumentError('A rollout id looks like r-42; breakwater status shows them.');
}

/** A text that says nothing is as good as none, and is told so before anything is sent. */
export function words(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}

export const REASON = ['-r, --reason <text>', 'why; it is kept in the audit log', words] as const;
