import type { Verb } from '../../core/event.ts';
import { LEGAL } from '../../core/commands.ts';
import { mayHaveChanged } from '../../core/halt-words.ts';
import type { Rollout } from '../../core/rollout.ts';
import { type Html, html } from './html.ts';

interface Action {
  command: string;
  what: string;
}

/** What is safe comes first: whoever was woken types the first line that fits. */
const ORDER: readonly Verb[] = ['approve', 'rollback', 'abort', 'pause', 'skip', 'retry', 'resume'];

/** What a person can do about a rollout now, as commands to type. */
function actionsFor(rollout: Rollout): Action[] {
  const failed = Object.values(rollout.hosts).find(
    ({ failure, changed }) => failure !== null && !changed,
  )?.id;
  return ORDER.filter((verb) => LEGAL[verb].from.includes(rollout.state)).flatMap((verb): Action[] => {
    const isForHost = verb === 'retry' || verb === 'skip';
    if (isForHost && failed === undefined) return [];
    if (verb === 'rollback' && !mayHaveChanged(rollout)) return [];
    const host = isForHost ? ` ${failed}` : '';
    return [
      { command: `breakwater ${verb} ${rollout.id}${host} --reason "…"`, what: whatItDoes(verb, rollout) },
    ];
  });
}

function whatItDoes(verb: Verb, { state }: Rollout): string {
  switch (verb) {
    case 'approve':
      return 'lets the next wave begin; not for the person who submitted it';
    case 'resume':
      return state === 'halted'
        ? 'has the hosts prove the same change again, then goes on: only if the cause is gone'
        : 'goes on where it was paused';
    case 'retry':
      return 'tries the change again on this host alone';
    case 'skip':
      return 'leaves this host out; the others can go on';
    case 'pause':
      return 'takes no further host; hosts in flight finish';
    case 'rollback':
      return 'takes every host that keeps the change back, newest wave first';
    case 'abort':
      return 'ends it; hosts in flight go back, hosts that keep the change stay';
    default:
      return verb satisfies never;
  }
}

export function actionList(rollout: Rollout): Html {
  const actions = actionsFor(rollout);
  if (actions.length === 0) return html`<p>Nothing: it has ended.</p>`;
  return html`<dl class="actions">${actions.map(
    ({ command, what }) => html`<dt><code>${command}</code></dt><dd>${what}</dd>`,
  )}</dl>`;
}
