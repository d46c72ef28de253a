import { afterAll, expect, test } from 'vitest';
import { bearer, testServer } from './testing/fakes.ts';
import { SUBMISSION } from './testing/samples.ts';

const strategyDefaults = { canary: { hosts: '10%', soak: '20m' }, maxUnavailable: 2, applyDeadline: '1m' };
const { app, operations } = await testServer({ strategyDefaults });
afterAll(() => app.close());

const post = (url: string, body: object, key?: string) =>
  app.inject({
    method: 'POST',
    url,
    headers: { ...bearer('submitter'), ...(key === undefined ? {} : { 'idempotency-key': key }) },
    payload: body,
  });

test('what a submission leaves open is filled in from the fleet, then from the built-in defaults', async () => {
  const body = { ...SUBMISSION, strategy: { canary: { soak: '30s' } } };
  expect((await post('/v1/plans', body)).json()).toMatchObject({
    strategy: {
      canary: { hosts: '10%', soak: '30s' },
      global: { soak: '10m' },
      maxUnavailable: 2,
      applyDeadline: '1m',
      failureThreshold: 0,
    },
  });
});

test('a rollout is filled in as a plan is', async () => {
  expect((await post('/v1/rollouts', SUBMISSION)).statusCode).toBe(201);
  const { strategy: _, ...bare } = SUBMISSION;
  await post('/v1/plans', bare);
  expect(operations.calls.at(-1)).toMatchObject({ strategy: { canary: { hosts: '10%', soak: 1_200_000 } } });
});

test('a fault points at the field of the submission, also when it clashes with a default of the fleet', async () => {
  const reply = await post('/v1/rollouts', { ...SUBMISSION, strategy: { confirmDeadline: '15m', x: 1 } });
  expect(
    reply
      .json<{ faults: { path: string }[] }>()
      .faults.map(({ path }) => path)
      .toSorted(),
  ).toEqual(['/strategy/confirmDeadline', '/strategy/x']);
});

test('a key names the request as it was sent: with the same body it is the same, whatever is filled in', async () => {
  expect((await post('/v1/rollouts', SUBMISSION, 'once')).statusCode).toBe(201);
  expect((await post('/v1/rollouts', SUBMISSION, 'once')).statusCode).toBe(201);
  const explicit = { ...SUBMISSION, strategy: { ...SUBMISSION.strategy, maxUnavailable: 2 } };
  expect((await post('/v1/rollouts', explicit, 'once')).statusCode).toBe(409);
});
