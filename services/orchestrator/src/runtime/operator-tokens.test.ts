import { type HostId, LabelName, OperatorName, sha256, type TokenId } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller, Operations, TokenAsked } from '../adapters/http/interface.ts';
import { chain } from './chain.ts';
import { createOperations } from './operations.ts';
import { REX, submissionOf, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { openTokenBook, type TokenBook } from './token-book.ts';

const ADA: Caller = { name: OperatorName.parse('ada'), role: 'admin', scope: null };
const FLEET = ['ns1.ams', 'ns2.ams', 'ns3.ams', 'ns1.fra', 'ns2.fra', 'ns3.fra'];
const key = (name: string, request = 'asked') => ({ key: name, request: sha256(request) });

let o: TestOrchestrator;
let operations: Operations;
let book: TokenBook;
beforeEach(async () => {
  o = await TestOrchestrator.ready(FLEET);
  operations = createOperations(o.deps, o.engine, async () => []);
  book = openTokenBook(o.deps);
});

const ask = (change: Partial<TokenAsked> = {}): TokenAsked => ({
  name: OperatorName.parse('eve'),
  role: 'responder',
  scope: null,
  expiresAt: null,
  reason: 'a test',
  ...change,
});
const create = (change: Partial<TokenAsked> = {}, by = ADA) => operations.createToken(ask(change), by);
const revoke = (id: TokenId, by = ADA) => operations.revokeToken(id, by, 'lost');

describe('a token', () => {
  test('is known at every orchestrator, and from the next request after its revocation at none', async () => {
    const other = new TestOrchestrator([], o);
    const books = [book, openTokenBook(other.deps)];
    // Nobody hears of it: it is the request that asks.
    o.wakeups.lost = true;
    const { token, stored } = await create();
    expect(token).toMatch(/^bw_[\w-]{43}$/);
    const eve = { name: 'eve', role: 'responder', scope: null };
    expect(await Promise.all(books.map((one) => one.operator(token)))).toEqual([eve, eve]);
    await revoke(stored.id);
    expect(await Promise.all(books.map((one) => one.operator(token)))).toEqual([null, null]);
  });

  test('is nowhere: not in the store but for its hash, and neither it nor the hash in events or logs', async () => {
    const { token, stored } = await create();
    await revoke(stored.id);
    const { token: second } = await create();
    for (const secret of [token, second, sha256(token), sha256(second)])
      expect(JSON.stringify([await o.events(), o.lines, o.witness])).not.toContain(secret);
    const held = JSON.stringify([...(await o.store.snapshot()).tokens.values()]);
    expect(held).toContain(sha256(second));
    expect(held).not.toContain(second);
    expect(await o.types()).toEqual(['token.created', 'token.revoked', 'token.created']);
  });

  test('holds as it was known last while the store is down, and is nobody’s once it has expired', async () => {
    const { token } = await create({ expiresAt: o.clock.now() + 60_000 });
    expect(await book.operator(token)).not.toBe(null);
    o.store.faults.down = true;
    expect(await book.operator(token)).toMatchObject({ name: 'eve' });
    await o.clock.advance(60_000);
    expect(await book.operator(token)).toBe(null);
    // Who has never read the store cannot say that it is nobody's.
    await expect(openTokenBook(o.deps).operator(token)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test('that was revoked does not come to life again with an older store, which is not believed', async () => {
    const { token, stored } = await create();
    const restore = o.store.checkpoint();
    await revoke(stored.id);
    expect(await book.operator(token)).toBe(null);
    restore();
    expect(await book.operator(token)).toBe(null);
    await expect(openTokenBook(o.deps).operator(token)).rejects.toMatchObject({ code: 'safe_mode' });
  });

  test('is found out within seconds where nobody asks and the wake-up is lost', async () => {
    const stop = new AbortController();
    const kept = book.keep(stop.signal);
    const { token, stored } = await create();
    await o.clock.advance(2000);
    expect(book.lastKnown(token)).toMatchObject({ name: 'eve' });
    o.wakeups.lost = true;
    await revoke(stored.id);
    await o.clock.advance(2000);
    expect(book.lastKnown(token)).toBe(null);
    stop.abort();
    await kept;
  });
});

describe('creating', () => {
  test('under the same key again does not create a second one, and says which one it was', async () => {
    const by = { ...ADA, idempotency: key('k') };
    const { stored } = await create({}, by);
    await expect(create({}, by)).rejects.toMatchObject({
      code: 'token_shown_once',
      message: `this request has created ${stored.id}`,
    });
    const other = { ...ADA, idempotency: key('k', 'else') };
    await expect(create({}, other)).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await operations.tokens()).toHaveLength(1);
  });

  test('after somebody else wrote first is numbered anew', async () => {
    o.store.faults.rivals.push(({ head }) => ({
      expected: head,
      events: chain(head, [{ type: 'line.stopped', by: SUE.name, reason: 'theirs' }], 0),
    }));
    expect((await create()).stored.id).toBe('t-2');
  });

  test('clears away what has expired, and stops at a thousand', async () => {
    await create({ expiresAt: o.clock.now() + 1000 });
    const { head } = await o.store.snapshot();
    const [first] = await operations.tokens();
    const many = Array.from({ length: 999 }, (_, n) => {
      const id = `t-${n + 2}` as TokenId;
      return [id, { ...first!, id, expiresAt: null, sha256: sha256(id) }] as const;
    });
    const events = chain(head, [{ type: 'line.stopped', by: SUE.name, reason: 'x' }], 0);
    await o.store.commit({ expected: head, events, tokens: new Map(many) });
    await expect(create()).rejects.toMatchObject({ code: 'too_many_tokens' });
    await o.clock.advance(1000);
    await create();
    expect((await operations.tokens()).map(({ id }) => id)).not.toContain('t-1');
    expect((await o.events()).at(-1)).toMatchObject({ type: 'token.created', cleared: ['t-1'] });
  });

  test.each<[string, () => Partial<TokenAsked>, string]>([
    ['for the orchestrator itself', () => ({ name: OperatorName.parse('breakwater') }), '/name'],
    [
      'for a place that there is not',
      () => ({ scope: { datacenters: ['amx' as never] } }),
      '/scope/datacenters/0',
    ],
    ['that is over already', () => ({ expiresAt: o.clock.now() }), '/expiresAt'],
    ['that is hardly ever over', () => ({ expiresAt: o.clock.now() + 367 * 86_400_000 }), '/expiresAt'],
  ])('one %s is refused', async (_, change, path) => {
    await expect(create(change())).rejects.toMatchObject({ code: 'invalid_value', faults: [{ path }] });
  });
});

describe('revoking', () => {
  test('the last admin is refused unless somebody else is one everywhere, or the file has one', async () => {
    o.enrolment.admin = false;
    const { stored } = await create({ role: 'admin' });
    await create({ role: 'admin', scope: { datacenters: ['ams' as never] } });
    await create({ role: 'admin', expiresAt: o.clock.now() + 1 });
    await o.clock.advance(1);
    await expect(revoke(stored.id)).rejects.toMatchObject({ code: 'last_admin' });
    const second = await create({ role: 'admin' });
    await revoke(stored.id);
    await expect(revoke(second.stored.id)).rejects.toMatchObject({ code: 'last_admin' });
    o.enrolment.admin = true;
    await revoke(second.stored.id);
    expect((await operations.tokens()).map(({ role, scope }) => [role, scope !== null])).toEqual([
      ['admin', true],
    ]);
  });

  test('again under its key is answered alike; without one there is no such token any more', async () => {
    const { stored } = await create();
    const by = { ...ADA, idempotency: key('r') };
    await revoke(stored.id, by);
    await revoke(stored.id, by);
    await expect(revoke(stored.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a scope', () => {
  const within = (caller: Caller, ...datacenters: string[]): Caller => ({
    ...caller,
    scope: { datacenters: datacenters as never },
  });
  const rollout = (...datacenters: string[]) => o.submit({ targets: { datacenters } });
  const verbs = ['approve', 'pause', 'resume', 'abort', 'rollback', 'retry', 'skip'] as const;

  test.each(verbs)('lets nobody %s a rollout with a host outside of it', async (verb) => {
    const { id } = await rollout('ams', 'fra');
    const refused = operations.command(id, verb, within(REX, 'ams'), 'why', {});
    await expect(refused).rejects.toMatchObject({
      code: 'out_of_scope',
      message: 'your token is for datacenter ams, which leaves out ns1.fra, ns2.fra, ns3.fra',
    });
    const { head } = await o.store.snapshot();
    expect(head.seq).toBe((await o.events(id)).at(-1)?.seq);
  });

  test('lets a rollout be steered whose every host is within it', async () => {
    const { id } = await rollout('ams');
    const paused = await operations.command(id, 'pause', within(REX, 'ams'), 'why', {});
    expect(paused.state).toBe('paused');
    const wide = await operations.command(id, 'abort', within(REX, 'ams', 'fra'), 'why', {});
    expect(wide.state).toBe('aborted');
  });

  test('takes a submission within it, and stores nothing of one beyond it', async () => {
    const submit = (datacenters: string[], by: Caller) =>
      operations.submit(submissionOf({ targets: { datacenters } }), by);
    await expect(submit(['ams', 'fra'], within(SUE, 'ams'))).rejects.toMatchObject({ code: 'out_of_scope' });
    expect(await o.events()).toEqual([]);
    expect((await submit(['ams'], within(SUE, 'ams'))).state).not.toBe('halted');
  });

  test('keeps an emergency from overtaking a rollout that has hosts outside of it', async () => {
    const { id } = await rollout('ams', 'fra');
    const submission = submissionOf({
      targets: { datacenters: ['ams'] },
      emergency: { incident: 'INC-1', expires: '1h', overtakes: [id] },
    });
    const submit = (by: Caller) => operations.submit(submission, by);
    await expect(submit(within(SUE, 'ams'))).rejects.toMatchObject({ code: 'out_of_scope' });
    expect((await o.stored(id)).state).not.toBe('paused');
    await submit(SUE);
    expect((await o.stored(id)).state).toBe('paused');
  });

  test.each(['drain', 'undrain', 'remove'] as const)(
    'lets a host %s within it, and no other one',
    async (verb) => {
      const by = within(ADA, 'ams');
      await operations.orderHost('ns3.ams' as HostId, verb, by, 'why');
      for (const id of ['ns3.fra', 'ns9.ams'])
        await expect(operations.orderHost(id as HostId, verb, by, 'why')).rejects.toMatchObject({
          code: 'out_of_scope',
        });
    },
  );

  test('of a label takes in only hosts with that label', async () => {
    const labels = { [LabelName.parse('role')]: 'edge' };
    const by: Caller = { ...ADA, scope: { labels } };
    await expect(operations.orderHost('ns1.ams' as HostId, 'drain', by, 'why')).rejects.toMatchObject({
      message: 'your token is for label role=edge, which leaves out ns1.ams',
    });
    o.watch.roster.replace(o.watch.roster.hosts().map((host) => ({ ...host, labels })));
    await operations.orderHost('ns1.ams' as HostId, 'drain', by, 'why');
  });

  test('never keeps anybody from stopping the line', async () => {
    expect(await operations.setLine(true, within(REX, 'ams'), 'smoke')).toMatchObject({ stopped: true });
  });
});
