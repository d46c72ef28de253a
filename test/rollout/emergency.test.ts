import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';
import { ask, change, dig, submit, untilHost, untilState } from '../support/rollouts.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ hosts: 4, datacenters: 2, portBase: 25_300, rehearsal: 'off' });
});
afterAll(() => fleet?.stop());

const say = (id: string, verb: string, token = fleet.token) =>
  ask(fleet, 'POST', `/v1/rollouts/${id}/${verb}`, { reason: 'a test' }, token);
const answers = () => Promise.all(fleet.hosts.map((host) => dig(host, 'www.example.com', 'A')));
const all = (answer: string) => fleet.hosts.map(() => answer);

test('an emergency overtakes a rollout whose canary soaks, and changes hosts once another person agrees', async () => {
  const before = await answers();
  const slow = await submit(fleet, change(2, ['192.0.2.2'], { strategy: { canary: { soak: '5m' } } }));
  await untilHost(fleet, slow, 'ns1.ams', 'soaking');
  expect(await answers()).toContain('NOERROR 192.0.2.2');

  const urgent = change(3, ['192.0.2.3']);
  const emergency = { incident: 'INC-7', expires: '1h' };
  const refused = await ask(fleet, 'POST', '/v1/rollouts', { ...urgent, emergency });
  expect(refused).toMatchObject({ status: 409, body: { code: 'rollout_overlap' } });
  expect(refused.body.detail).toContain(`name ${slow} in emergency.overtakes`);

  const id = await submit(fleet, { ...urgent, emergency: { ...emergency, overtakes: [slow] } });
  expect((await ask(fleet, 'GET', `/v1/rollouts/${slow}`)).body).toMatchObject({ state: 'paused' });
  await untilState(fleet, id, 'awaitingApproval');
  // The canary of the other rollout has gone back, and nothing of the emergency is live yet.
  expect(await answers()).toEqual(before);
  expect(await say(id, 'approve')).toMatchObject({ status: 403, body: { code: 'own_approval' } });
  expect(await say(slow, 'resume')).toMatchObject({ status: 409, body: { code: 'canary_unproven' } });

  expect(await say(id, 'approve', fleet.approverToken)).toMatchObject({ status: 200 });
  const done = await untilState(fleet, id, 'succeeded', 'halted');
  expect(done).toMatchObject({ state: 'succeeded', emergency: { incident: 'INC-7' } });
  expect(done.waves[0]).toMatchObject({ kind: 'canary', state: 'passed' });
  expect(await answers()).toEqual(all('NOERROR 192.0.2.3'));

  const pages = (await (await fetch(fleet.pages)).json()) as { code?: string }[];
  expect(JSON.stringify(pages)).toContain('emergency_submitted');
  expect(JSON.stringify(pages)).toContain('emergency_started');
  expect(await say(slow, 'rollback')).toMatchObject({ status: 200, body: { state: 'rolledBack' } });
  expect(await answers()).toEqual(all('NOERROR 192.0.2.3'));
});
