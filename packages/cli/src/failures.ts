import { z } from 'zod';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Why a command ends early, in words for whoever typed it. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  readonly exit: ExitCode;
  /** What to do next: one line each, a command where there is one. */
  readonly next: readonly string[];

  constructor(exit: ExitCode, message: string, next: readonly string[] = [], cause?: unknown) {
    super(message, { cause });
    this.exit = exit;
    this.next = next;
  }
}

export function badUsage(message: string, ...next: string[]): Failure {
  return new Failure(EXIT.usage, message, next);
}

/** What every refusal of the interface is like (RFC 9457). Fields that a newer orchestrator adds are kept. */
export const Problem = z.looseObject({
  status: z.int(),
  code: z.string(),
  title: z.string(),
  detail: z.string().default(''),
  action: z.string().default(''),
  faults: z.array(z.looseObject({ path: z.string(), code: z.string(), message: z.string() })).default([]),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** The orchestrator has answered with a problem. */
export class Refusal extends Failure {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(problem: Problem, next: readonly string[]) {
    // From 500 on it is not the request that was wrong.
    super(problem.status >= 500 ? EXIT.failed : EXIT.refused, problem.title, next);
    this.problem = problem;
  }
}

/** One address that was tried, and what came of it. */
export interface Attempt {
  address: string;
  fault: string;
}

/** None of the orchestrators could be asked. */
export class Unreachable extends Failure {
  override readonly name = 'Unreachable';
  readonly attempts: readonly Attempt[];

  constructor(attempts: readonly Attempt[]) {
    super(EXIT.failed, 'no orchestrator answers', [
      'Try another orchestrator: --api https://ADDRESS:PORT (give it several times to try several).',
      'Rollouts need no command to stay safe: without an orchestrator no further host is changed, and a host with an unconfirmed change goes back by itself.',
      'Look at the copy of the status page that is hosted elsewhere, if there is one.',
      'On a host itself: breakwater-agent status, or breakwater-agent revert (docs/console.md).',
    ]);
    this.attempts = attempts;
  }
}
