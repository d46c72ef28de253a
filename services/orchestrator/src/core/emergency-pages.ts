import { formatDuration, isoTime, type Page, type RolloutId } from '@breakwater/shared';
import type { OpenPage, Rollout } from './rollout.ts';

/** What is told of an emergency apart from its halts. */
type Moment = 'submitted' | 'started';

const idOf = (rollout: RolloutId, moment: Moment): string => `${rollout}-emergency-${moment}`;

/** Each moment is a cause of its own: that a second person was found ends the first, and not the second. */
const keyOf = (rollout: RolloutId, moment: Moment): string => `${rollout}/emergency/${moment}`;

interface Telling {
  severity: Page['severity'];
  summary: string;
  decide: string;
}

function pageAbout(rollout: Rollout, moment: Moment, incident: string, told: Telling, now: number): Page {
  return {
    ...told,
    id: idOf(rollout.id, moment),
    dedupKey: keyOf(rollout.id, moment),
    status: 'firing',
    rollout: rollout.id,
    code: `emergency_${moment}`,
    reason: `${rollout.submittedBy} declared an emergency (incident ${incident}): ${rollout.reason}`,
    at: isoTime(now),
  };
}

/** The page for an emergency that was just submitted: a second person is wanted, and soon. */
export function submittedPages(rollout: Rollout, overtaken: readonly RolloutId[], now: number): Page[] {
  const { emergency, title, id } = rollout;
  if (emergency === null) return [];
  const hosts = Object.keys(rollout.hosts).length;
  const over = overtaken.length > 0 ? ` It has paused ${overtaken.join(', ')} and takes hosts over.` : '';
  const left = formatDuration(emergency.expiresAt - now);
  const told: Telling = {
    severity: 'critical',
    summary: `Emergency ${emergency.incident}: "${title}" for ${hosts} host(s) wants a second person.${over} It expires in ${left}.`,
    decide: `POST /v1/rollouts/${id}/approve as another person, or /abort, with a reason`,
  };
  return [pageAbout(rollout, 'submitted', emergency.incident, told, now)];
}

/** The page for an emergency whose canary was just approved: from now on hosts are changed. */
export function startedPages(before: Rollout, after: Rollout, now: number): Page[] {
  const { emergency, title, id } = after;
  const by = after.waves[0]?.approvedBy ?? null;
  if (emergency === null || by === null || before.waves[0]?.approvedBy !== null) return [];
  const told: Telling = {
    severity: 'warning',
    summary: `Emergency ${emergency.incident}: "${title}" has started; ${by} approved it. It is staged like any other.`,
    decide: `Watch GET /v1/rollouts/${id}; POST /pause, /rollback or /abort there, with a reason, stops it`,
  };
  return [pageAbout(after, 'started', emergency.incident, told, now)];
}

/** What pagers show from the submission of an emergency on, until somebody has approved its canary. */
export function wantedApproval({ id, emergency, waves }: Rollout): OpenPage[] {
  if (emergency === null || waves[0]?.approvedBy !== null) return [];
  return [{ dedupKey: keyOf(id, 'submitted'), severity: 'critical', code: 'emergency_submitted' }];
}
