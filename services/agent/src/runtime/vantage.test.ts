import { HostId, VantageTask } from '@breakwater/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DnsClient } from '../adapters/dns/interface.ts';
import type { Answer } from '../core/answer.ts';
import { FakeHost, GOOD } from '../testing/fake-host.ts';

const WELL: Answer = {
  kind: 'answer',
  rcode: 'NOERROR',
  aa: true,
  ad: false,
  ra: false,
  tc: false,
  answers: [],
  serial: 7,
  nsid: null,
  latencyMs: 1,
};
const REFUSED: Answer = { ...WELL, rcode: 'REFUSED', aa: false, serial: null };
const NONE: Answer = { kind: 'none', cause: 'no answer within 1000ms', latencyMs: 1000 };

/** Another host's name server: what it answers, and how often it was asked. */
class Elsewhere implements DnsClient {
  answer: Answer | null = WELL;
  asked = 0;

  ask(): Promise<Answer> {
    this.asked += 1;
    return this.answer === null ? new Promise(() => undefined) : Promise.resolve(this.answer);
  }
}

let host: FakeHost;
let elsewhere: Elsewhere;
beforeEach(async () => {
  host = new FakeHost();
  elsewhere = new Elsewhere();
  host.elsewhere = elsewhere;
  await host.start();
  await host.pass(100);
});
afterEach(() => host.stop());

function task(epoch = 3, target = 'ns2'): VantageTask {
  const answers = [{ zone: 'a.example', transport: 'udp', rcode: 'NOERROR', aa: true, serial: 7 }];
  return VantageTask.parse({ target, epoch, address: '192.0.2.2', port: 53, checks: [], answers });
}

const said = () => host.orchestrator.polls.at(-1)?.vantage ?? [];
const kinds = () =>
  host.orchestrator.polls.flatMap((poll) => poll.vantage.map(({ verdict }) => verdict.verdict));

describe('a host that is to ask another one', () => {
  test.each([
    ['a good answer', WELL, 'pass'],
    ['a wrong answer', REFUSED, 'fail'],
    ['no answer', NONE, 'noData'],
  ] as const)('says %s as soon as it is certain', async (_name, answer, verdict) => {
    elsewhere.answer = answer;
    host.orchestrator.assignVantage(task());
    await host.pass(2000);
    expect(said()).toMatchObject([{ target: 'ns2', epoch: 3, verdict: { verdict } }]);
    expect(said()[0]?.askedAgoMs).toBeLessThan(1000);
  });

  test('says at once when what it finds changes, and repeats with every poll what does not', async () => {
    host.orchestrator.assignVantage(task());
    await host.pass(5000);
    elsewhere.answer = REFUSED;
    await host.pass(5000);
    expect(said()).toMatchObject([{ verdict: { verdict: 'fail' } }]);
    const before = kinds().length;
    await host.pass(60_000);
    expect(kinds().length - before).toBeGreaterThanOrEqual(5);
    expect(kinds().length - before).toBeLessThan(20);
  });

  test('asks no more, and says nothing, once it is not told to any more', async () => {
    host.orchestrator.assignVantage(task());
    await host.pass(5000);
    host.orchestrator.assignVantage();
    await host.pass(1000);
    const { asked } = elsewhere;
    await host.pass(30_000);
    expect(elsewhere.asked).toBe(asked);
    expect(said()).toEqual([]);
  });

  test('asks no more once the orchestrator has been away for longer than its word holds', async () => {
    host.orchestrator.assignVantage(task());
    await host.pass(5000);
    host.orchestrator.down = true;
    await host.pass(45_000);
    const { asked } = elsewhere;
    await host.pass(30_000);
    expect(elsewhere.asked).toBe(asked);
    expect(said()).toEqual([]);
  });

  test('says nothing that it found too long ago, also where so many never answer that asking them takes its time', async () => {
    elsewhere.answer = null;
    host.orchestrator.assignVantage(...Array.from({ length: 20 }, (_, index) => task(3, `other${index}`)));
    await host.pass(90_000);
    const ages = host.orchestrator.polls.flatMap(({ vantage }) => vantage.map((one) => one.askedAgoMs));
    expect(Math.max(...ages)).toBeGreaterThan(5000);
    expect(Math.max(...ages)).toBeLessThanOrEqual(15_000);
  });

  test('begins anew for another attempt: what was found before is not said of it', async () => {
    elsewhere.answer = REFUSED;
    host.orchestrator.assignVantage(task(3));
    await host.pass(5000);
    elsewhere.answer = WELL;
    host.orchestrator.assignVantage(task(4));
    await host.pass(5000);
    const fourth = host.orchestrator.polls.flatMap(({ vantage }) =>
      vantage.filter(({ epoch }) => epoch === 4),
    );
    expect(fourth.map(({ verdict }) => verdict.verdict)).not.toContain('fail');
    expect(said()).toMatchObject([{ epoch: 4, verdict: { verdict: 'pass' } }]);
  });

  test('is not kept from its own change by one that never answers, nor from asking others', async () => {
    elsewhere.answer = null;
    host.orchestrator.assignVantage(...Array.from({ length: 8 }, (_, index) => task(3, `other${index}`)));
    host.assign(1, 'stage', GOOD);
    await host.pass(2000);
    host.assign(1, 'apply', GOOD);
    await host.pass(20_000);
    expect(host.agent?.memory.change?.phase).toBe('soaked');
    expect(said().map(({ target }) => target)).toContain(HostId.parse('other7'));
    expect(said().filter(({ verdict }) => verdict.verdict === 'pass')).toEqual([]);
  });
});

test('what the host answered until its change goes along with the report that it applies it', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(2000);
  host.assign(1, 'apply', GOOD);
  await host.pass(5000);
  const applying = host.orchestrator.reports.find(({ state }) => state === 'applying');
  expect(applying?.answers).toContainEqual({
    zone: 'a.example',
    transport: 'udp',
    rcode: 'NOERROR',
    aa: true,
    serial: 1,
  });
  expect(host.orchestrator.reports.filter(({ answers }) => answers !== undefined)).toHaveLength(1);
});
