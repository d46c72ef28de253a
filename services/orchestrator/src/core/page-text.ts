import { formatDuration, type RolloutId } from '@breakwater/shared';

/** A person reads the summary on a telephone at night; a pager cuts what is longer, and what it cuts is the decision. */
export const LONGEST_SUMMARY = 300;
const LONGEST_REASON = 1000;
const LONGEST_TITLE = 60;

/** What a page says: what happened and where, what the machine has done already, what is to be decided, and how. */
export interface PageText {
  summary: string;
  done: string;
  decide: string;
  command: string;
}

/** Where it happened. */
export interface Place {
  id: RolloutId;
  title: string;
  wave?: string | undefined;
  host?: string | undefined;
}

/** A text of at most so many characters, without half a character at its end. */
function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A page's reason in its bounds: the whole is in the rollout and its log. */
export const pageReason = (reason: string): string => clipped(reason, LONGEST_REASON);

/** A command line, to be typed as it is but for the reason. */
const verb = (name: string, id: RolloutId, host = ''): string =>
  `breakwater ${name} ${id}${host && ` ${host}`} --reason "…"`;

function textOf(happened: string, done: string, ask: string, decide: string, command: string): PageText {
  // The question comes last and must not be cut: what is cut is the end of what happened, which is the cause.
  const tail = ` ${done} Decide: ${ask}`;
  return { summary: clipped(happened, LONGEST_SUMMARY - tail.length) + tail, done, decide, command };
}

/** Why it happened, as one line that ends as a sentence does. */
function cause(why: string): string {
  const line = why.replaceAll(/\s+/g, ' ').trim();
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

const titled = (title: string): string => `"${clipped(title, LONGEST_TITLE)}"`;

function at({ wave, host }: Place): string {
  return `${wave === undefined ? '' : ` in wave ${wave}`}${host === undefined ? '' : ` at host ${host}`}`;
}

/** A halt as a page tells it. */
export interface Halt {
  /** Where, to follow "halted". */
  where: string;
  why: string;
  /** What the machine has done, as a sentence. */
  done: string;
  /** What comes next: a person decides, and has no change to take back where none was made; or it is going back already. */
  next: 'rollBackAbortOrResume' | 'abortOrResume' | 'goesBack';
  repeated: boolean;
}

/** What is safe comes first: whoever was woken types the first line that fits. */
function halted({ id }: Pick<Place, 'id'>, { where, why, done, next, repeated }: Halt): PageText {
  const still = repeated ? 'is still halted' : 'halted';
  const happened = `Rollout ${id} ${still} ${where}: ${cause(why)}`;
  const end = `End it as it is: ${verb('abort', id)}.`;
  const others = `${end} Go on, only if the cause is gone: ${verb('resume', id)}.`;
  switch (next) {
    case 'goesBack':
      return textOf(happened, done, 'let it go back, or abort?', end, 'breakwater status');
    case 'abortOrResume':
      return textOf(happened, done, 'abort or resume?', others, verb('abort', id));
    case 'rollBackAbortOrResume': {
      const ways = `Take it back: ${verb('rollback', id)}. ${others}`;
      return textOf(happened, done, 'roll back, abort or resume?', ways, verb('rollback', id));
    }
    default:
      return next satisfies never;
  }
}

/** A host that is not back: it answers wrongly now, and only somebody who goes there can help. */
function revertFailed(place: Place, why: string): PageText {
  const { id, host = '' } = place;
  return textOf(
    `${host} is NOT back on its old configuration (rollout ${id}${at({ ...place, host: undefined })}): ${cause(why)}`,
    'Its agent goes on trying, and no further host is touched.',
    'who repairs it now?',
    `On ${host}: breakwater-agent status, then breakwater-agent repair. Then: ${verb('rollback', id)}, or for a host that is gone: ${verb('skip', id, host)}.`,
    verb('rollback', id),
  );
}

/** A rollback that has ended without every host. */
function rollbackIncomplete(place: Place, why: string): PageText {
  const { id } = place;
  return textOf(
    `The rollback of ${id} is incomplete${at(place)}: ${cause(why)}`,
    'Every other host is back.',
    'try again, or leave hosts out?',
    `Once they can be reached: ${verb('rollback', id)}. For a host that is gone: breakwater skip ${id} HOST --reason "…". End it: ${verb('abort', id)}.`,
    verb('rollback', id),
  );
}

function emergencySubmitted(
  place: Place,
  about: { incident: string; hosts: number; overtaken: readonly string[]; leftMs: number },
): PageText {
  const { id, title } = place;
  const paused = clipped(about.overtaken.join(', '), 60);
  const over = about.overtaken.length === 0 ? '' : ` It has paused ${paused} and takes hosts over.`;
  return textOf(
    `Emergency ${id} (incident ${clipped(about.incident, 40)}) wants a second person: ${titled(title)} for ${about.hosts} host(s).`,
    `Nothing is changed yet; it expires in ${formatDuration(about.leftMs)}.${over}`,
    'approve or abort?',
    `As another person: ${verb('approve', id)}. Or: ${verb('abort', id)}.`,
    verb('approve', id),
  );
}

function emergencyStarted({ id, title }: Place, incident: string): PageText {
  return textOf(
    `Emergency ${id} (incident ${clipped(incident, 40)}) has started: ${titled(title)}; a second person approved it.`,
    'It is staged like any other and halts by itself.',
    'nothing, unless it must stop.',
    `Watch it: breakwater status. To stop it: ${verb('pause', id)}, ${verb('rollback', id)} or ${verb('abort', id)}.`,
    'breakwater status',
  );
}

function safeMode(): PageText {
  return textOf(
    'Safe mode: the store has lost something that was seen before.',
    'No host is granted or confirmed any more; hosts in flight go back by themselves.',
    'put the right store back, or accept this one?',
    'Look: breakwater status. Put the right store back; or see what is lost, and accept it, with "breakwater-orchestrator accept-store --by NAME --reason TEXT" on the machine of an orchestrator.',
    'breakwater status',
  );
}

/** A page that takes another one back: nobody is woken, and nothing is asked. */
function nothingLeft(summary: string): PageText {
  const decide = 'Nothing is left to decide about this page.';
  return {
    summary: clipped(summary, LONGEST_SUMMARY),
    done: 'It was decided.',
    decide,
    command: 'breakwater status',
  };
}

function test(): PageText {
  return {
    summary: 'TEST of this pager. Nothing has happened, and nothing is to be done',
    done: 'Nothing was done.',
    decide: 'Nothing is to be decided.',
    command: 'breakwater status',
  };
}

/** Every text that wakes somebody. A new page gets its text here, and is held to the same rules by the tests. */
export const PAGE_TEXTS = {
  halted,
  revertFailed,
  rollbackIncomplete,
  emergencySubmitted,
  emergencyStarted,
  safeMode,
  safeModeOver: () => nothingLeft('Safe mode is over: the store is believed again.'),
  decided: ({ id, title }: Place, by: string) =>
    nothingLeft(`Decided by an operator (${by}) about rollout ${id}: ${titled(title)}`),
  test,
} as const;
