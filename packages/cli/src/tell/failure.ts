import { type Failure, type Problem, Refusal, Unreachable } from '../failures.ts';
import { printable, sentence, wrap } from '../io/text.ts';

const WIDTH = 100;

/** A failure as lines for a tired person: what was wrong, where, what to do next. */
export function failureLines(failure: Failure): string[] {
  const next = failure.next.flatMap((line) =>
    wrap(line, WIDTH, '    ').map((part, at) => (at === 0 ? `  → ${part}` : part)),
  );
  return printable([`breakwater: ${failure.message}`, ...details(failure), ...next]);
}

function details(failure: Failure): string[] {
  if (failure instanceof Unreachable)
    return failure.attempts.map(({ address, fault }) => `  ${address}: ${fault}`);
  if (failure instanceof Refusal) return problemDetails(failure.problem);
  return [];
}

function problemDetails({ code, detail, faults, requestId }: Problem): string[] {
  // The detail repeats the faults; told one by one they are easier to read.
  const told =
    faults.length > 0
      ? faults.map((fault) => `  at ${fault.path || 'the whole request'}: ${fault.message} (${fault.code})`)
      : wrap(sentence(detail), WIDTH, '  ').map((line, at) => (at === 0 ? `  ${line}` : line));
  const id = requestId === undefined ? '' : `, request ${requestId}`;
  return [...told, `  (${code}${id})`];
}

/** The same for programs. */
export function failureData(failure: Failure): object {
  if (failure instanceof Refusal)
    return { type: 'problem', exitCode: failure.exit, problem: failure.problem };
  const code = failure instanceof Unreachable ? 'unreachable' : failure.exit === 6 ? 'usage' : 'failed';
  const attempts = failure instanceof Unreachable ? { attempts: failure.attempts } : {};
  const problem = { code, title: failure.message, next: failure.next, ...attempts };
  return { type: 'problem', exitCode: failure.exit, problem };
}
