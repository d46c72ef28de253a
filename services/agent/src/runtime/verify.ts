import type { Digest } from '@breakwater/shared';
import type { Finding } from '../adapters/console/interface.ts';
import { startOf } from '../core/console-status.ts';
import type { DaemonState } from '../core/daemon.ts';
import { damageInWords, generationToRun, short } from '../core/drift.ts';
import type { JournalRecord } from '../core/journal-entry.ts';
import { isOwnZone } from '../core/judge-baseline.ts';
import type { Memory } from '../core/memory.ts';
import { soaQuestion } from '../core/plan-questions.ts';
import { mapBounded } from './bounded.ts';
import type { Outside } from './outside.ts';

const AT_ONCE = 32;
const NAMED_ZONES = 5;

/** What is looked at, and by what. */
export interface VerifyScene {
  outside: Pick<Outside, 'generations' | 'supervisor' | 'checker' | 'dns' | 'boot'>;
  memory: Memory;
  records: readonly JournalRecord[];
  /** What is wrong with the journal's file, in a sentence. */
  journalDamage: string | null;
}

/** Looks at everything that a host needs to serve and to go back, and changes nothing. */
export async function verify({ outside, memory, records, journalDamage }: VerifyScene): Promise<Finding[]> {
  const live = await outside.generations.live();
  const good = memory.lastKnownGood;
  const findings = [
    {
      what: 'journal',
      ok: journalDamage === null,
      text: journalDamage ?? `undamaged, ${records.length === 1 ? '1 entry' : `${records.length} entries`}`,
    },
    linkFinding(memory, live),
    ...(live === null ? [] : [await treeFinding(outside, 'live files', live)]),
    ...(good === null || good === live ? [] : [await treeFinding(outside, 'last known good', good)]),
  ];
  const daemon = await attempt('daemon', async () =>
    daemonFindings(await outside.supervisor.observe(), records, outside.boot),
  );
  const zones = live === null ? [] : await attempt('zones', () => zoneFindings(outside, live));
  return [...findings, ...daemon, ...zones];
}

async function attempt(what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [{ what, ok: null, text: error instanceof Error ? error.message : String(error) }];
  }
}

function linkFinding(memory: Memory, live: Digest | null): Finding {
  const wanted = generationToRun(memory);
  const what = 'link';
  if (live === null)
    return { what, ok: false, text: 'the managed root leads to no generation that is known here' };
  if (wanted === null) return { what, ok: null, text: `leads to ${short(live)}; what it should be is open` };
  if (live === wanted) return { what, ok: true, text: `leads to ${short(live)}, as it should` };
  return { what, ok: false, text: `leads to ${short(live)} and should lead to ${short(wanted)}` };
}

async function treeFinding(
  { generations }: VerifyScene['outside'],
  what: string,
  generation: Digest,
): Promise<Finding> {
  try {
    const damage = await generations.damage(generation);
    if (damage.length > 0) return { what, ok: false, text: damageInWords(damage) };
    return { what, ok: true, text: `every file of ${short(generation)} is what was recorded` };
  } catch (error) {
    return { what, ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

function daemonFindings(daemon: DaemonState, records: readonly JournalRecord[], boot: string): Finding[] {
  const { process, lastExit } = daemon;
  if (process === null) {
    const last = lastExit === null ? '' : `; it last ${lastExit}`;
    return [{ what: 'daemon', ok: false, text: `does not run${last}` }];
  }
  const runs = { what: 'daemon', ok: true, text: `runs (process ${process.pid})` };
  const switched = records.findLast(({ type }) => type === 'restarting' || type === 'asked');
  // Written after the link was switched and before the restart. Of another boot: every process is newer.
  if (switched === undefined || switched.boot !== boot) return [runs];
  const newer = startOf(process) + START_IS_EXACT_TO_MS >= switched.at;
  const text = newer
    ? 'was started after the link was switched'
    : 'is older than the last switch of the link or order to restart it, so it may run something else: `breakwater-agent restart`';
  return [runs, { what: 'process', ok: newer, text }];
}

const START_IS_EXACT_TO_MS = 10;

async function zoneFindings(
  { checker, generations, dns }: VerifyScene['outside'],
  live: Digest,
): Promise<Finding[]> {
  const own = (await checker.zones(generations.pathOf(live))).filter(isOwnZone);
  const names = [...new Set(own.map(({ name }) => name))];
  const answers = await mapBounded(names, AT_ONCE, async (name) => {
    const answer = await dns.ask(soaQuestion(name));
    const good = answer.kind === 'answer' && answer.rcode === 'NOERROR' && answer.aa;
    const how = answer.kind === 'none' ? 'no answer' : answer.rcode;
    return good ? null : `${name} (${how})`;
  });
  const bad = answers.filter((answer) => answer !== null);
  const what = 'zones';
  if (names.length === 0) return [{ what, ok: true, text: 'none is configured' }];
  if (bad.length === 0) return [{ what, ok: true, text: `all ${names.length} are answered` }];
  const more = bad.length > NAMED_ZONES ? ` and ${bad.length - NAMED_ZONES} more` : '';
  const text = `${bad.length} of ${names.length} are not answered: ${bad.slice(0, NAMED_ZONES).join(', ')}${more}`;
  return [{ what, ok: false, text }];
}
