import { describe, expect, test } from 'vitest';
import { Submission } from './submission.ts';
import { refusals } from './testing/faults-of.ts';

const LEAST = { title: 'Fix', reason: 'Resolvers fail', bundle: { digest: 'a'.repeat(64) } };
const EMERGENCY = { incident: 'INC-7', expires: '2h' };
const submitting = (more: object): object => ({ ...LEAST, ...more });
const minutes = (n: number): number => n * 60_000;

describe('an emergency', () => {
  test('names its incident and how long it lasts, and overtakes nobody unless it says so', () => {
    const { emergency } = Submission.parse(submitting({ emergency: EMERGENCY }));
    expect(emergency).toEqual({ incident: 'INC-7', expires: minutes(120), overtakes: [] });
  });

  test('lasts for an hour where nothing else is said', () => {
    const { emergency } = Submission.parse(submitting({ emergency: { incident: 'INC-7' } }));
    expect(emergency).toMatchObject({ expires: minutes(60) });
  });

  test('soaks for a minute where nothing else is given, and for as long as is given', () => {
    const strategy = { canary: { hosts: 2 }, global: { soak: '5s' } };
    const parsed = Submission.parse(submitting({ emergency: EMERGENCY, strategy })).strategy;
    expect(parsed.canary).toEqual({ hosts: 2, soak: minutes(1) });
    expect([parsed.datacenters.soak, parsed.global.soak]).toEqual([minutes(1), 5000]);
    const bare = Submission.parse(submitting({ emergency: EMERGENCY })).strategy;
    expect([bare.canary.soak, bare.datacenters.soak, bare.global.soak]).toEqual(Array(3).fill(minutes(1)));
  });

  test('is nothing that a submission is by default: without one everything soaks as usual', () => {
    for (const more of [{}, { emergency: null }]) {
      const { emergency, strategy } = Submission.parse(submitting(more));
      expect([emergency, strategy.canary.soak]).toEqual([null, minutes(10)]);
    }
  });

  test.each([
    ['without an incident', { expires: '1h' }, '/emergency/incident invalid_value'],
    ['with an empty one', { ...EMERGENCY, incident: ' ' }, '/emergency/incident invalid_value'],
    ['with a forged one', { ...EMERGENCY, incident: 'a\nb' }, '/emergency/incident invalid_value'],
    [
      'with one of 101 characters',
      { ...EMERGENCY, incident: 'x'.repeat(101) },
      '/emergency/incident invalid_value',
    ],
    ['that is over at once', { ...EMERGENCY, expires: '59s' }, '/emergency/expires invalid_value'],
    ['that lasts for days', { ...EMERGENCY, expires: '25h' }, '/emergency/expires invalid_value'],
    ['that expires at no time', { ...EMERGENCY, expires: 'soon' }, '/emergency/expires duration_invalid'],
    [
      'that overtakes what is no rollout',
      { ...EMERGENCY, overtakes: ['r1'] },
      '/emergency/overtakes/0 invalid_value',
    ],
    ['with an unknown field', { ...EMERGENCY, skipCanary: true }, '/emergency/skipCanary unknown_field'],
    ['that is only true', true, '/emergency invalid_value'],
  ])('%s is refused', (_, emergency, refusal) => {
    expect(refusals(Submission, submitting({ emergency }))).toEqual([refusal]);
  });

  test('does not wait its turn', () => {
    const more = { emergency: EMERGENCY, whenBusy: 'queue' };
    expect(refusals(Submission, submitting(more))).toEqual(['/whenBusy invalid_value']);
  });

  test('hides no fault of the strategy that its soaks are filled into', () => {
    const found = (strategy: unknown): string[] =>
      refusals(Submission, submitting({ emergency: EMERGENCY, strategy }));
    expect(found({ canary: 1 })).toEqual(['/strategy/canary invalid_value']);
    expect(found(null)).toEqual(['/strategy invalid_value']);
    expect(found([])).toEqual(['/strategy invalid_value']);
  });
});
