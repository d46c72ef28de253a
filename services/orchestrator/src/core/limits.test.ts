import { describe, expect, test } from 'vitest';
import { limitFaults, type Limits, NO_LIMITS } from './limits.ts';
import { submissionOf } from './testing/fleet.ts';

function refused(strategy: object, limits: Partial<Limits>, emergency = false, sizes = [10]): string[] {
  const { strategy: resolved } = submissionOf({ strategy });
  return limitFaults(resolved, { ...NO_LIMITS, ...limits }, emergency, sizes).map(({ path }) => path);
}

describe('what a fleet does not allow', () => {
  test('nothing is limited unless somebody says so', () => {
    expect(refused({ maxUnavailable: '100%', vantage: 0, failureThreshold: 9 }, {})).toEqual([]);
  });

  test('every soak has to be long enough, save in an emergency', () => {
    const short = { canary: { soak: '9m' }, global: { soak: '1m' } };
    expect(refused(short, { minSoak: 600_000 })).toEqual(['/strategy/canary/soak', '/strategy/global/soak']);
    expect(refused(short, { minSoak: 600_000 }, true)).toEqual([]);
    expect(refused({}, { minSoak: 600_000 })).toEqual([]);
  });

  test.each([
    ['30%', '20%', [10], true],
    ['20%', '20%', [10], false],
    [3, '20%', [10], true],
    [3, '20%', [15], false],
    [3, '20%', [15, 10], true],
    ['50%', 2, [4], false],
    ['50%', 2, [6], true],
  ])('%s at once where %s may be, in datacenters of %j', (asked, most, sizes, isRefused) => {
    const paths = isRefused ? ['/strategy/maxUnavailable'] : [];
    expect(refused({ maxUnavailable: asked }, { maxUnavailable: most }, true, sizes)).toEqual(paths);
  });

  test('thresholds, vantage and approvals hold in an emergency too', () => {
    const limits: Partial<Limits> = {
      maxFailureThreshold: 0,
      minVantage: 1,
      requireApproval: ['canary', 'global'],
    };
    const loose = { failureThreshold: 1, vantage: 0, approval: { before: ['global'] } };
    expect(refused(loose, limits, true)).toEqual([
      '/strategy/failureThreshold',
      '/strategy/vantage',
      '/strategy/approval',
    ]);
    expect(refused({ approval: { before: ['canary', 'global'] } }, limits)).toEqual([]);
  });
});
