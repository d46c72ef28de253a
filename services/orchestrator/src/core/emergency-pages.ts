import { isoTime, type Page, type RolloutId } from '@breakwater/shared';
import { PAGE_TEXTS, pageReason, type PageText } from './page-text.ts';
import type { OpenPage, Rollout } from './rollout.ts';

/** What is told of an emergency apart from its halts. */
type Moment = 'submitted' | 'started';

const idOf = (rollout: RolloutId, moment: Moment): string => `${rollout}-emergency-${moment}`;

/** Each moment is a cause of its own: that a second person was found ends the first, and not the second. */
const keyOf = (rollout: RolloutId, moment: Moment): string => `${rollout}/emergency/${moment}`;

interface Telling extends PageText {
  severity: Page['severity'];
}

function pageAbout(rollout: Rollout, moment: Moment, incident: string, told: Telling, now: number): Page {
  return {
    ...told,
    id: idOf(rollout.id, moment),
    dedupKey: keyOf(rollout.id, moment),
    status: 'firing',
    rollout: rollout.id,
    code: `emergency_${moment}`,
    reason: pageReason(`An emergency was declared (incident ${incident}): ${rollout.reason}`),
    at: isoTime(now),
  };
}

/** The page for an emergency that was just submitted: a second person is wanted, and soon. */
export function submittedPages(rollout: Rollout, overtaken: readonly RolloutId[], now: number): Page[] {
  const { emergency, title, id } = rollout;
  if (emergency === null) return [];
  const hosts = Object.keys(rollout.hosts).length;
  const about = { incident: emergency.incident, hosts, overtaken, leftMs: emergency.expiresAt - now };
  const told: Telling = { severity: 'critical', ...PAGE_TEXTS.emergencySubmitted({ id, title }, about) };
  return [pageAbout(rollout, 'submitted', emergency.incident, told, now)];
}

/** The page for an emergency whose canary was just approved: from now on hosts are changed. */
export function startedPages(before: Rollout, after: Rollout, now: number): Page[] {
  const { emergency, title, id } = after;
  const by = after.waves[0]?.approvedBy ?? null;
  if (emergency === null || by === null || before.waves[0]?.approvedBy !== null) return [];
  const text = PAGE_TEXTS.emergencyStarted({ id, title }, emergency.incident);
  const told: Telling = { severity: 'warning', ...text };
  return [pageAbout(after, 'started', emergency.incident, told, now)];
}

/** What pagers show from the submission of an emergency on, until somebody has approved its canary. */
export function wantedApproval({ id, emergency, waves }: Rollout): OpenPage[] {
  if (emergency === null || waves[0]?.approvedBy !== null) return [];
  return [{ dedupKey: keyOf(id, 'submitted'), severity: 'critical', code: 'emergency_submitted' }];
}
