import type { Outside } from '../runtime/outside.ts';

/** Which methods of what is around the agent act, and which only look. */
const METHODS: {
  [K in 'journal' | 'generations' | 'supervisor']: Record<Acts<Outside[K]>, 'acts' | 'looks' | 'by a person'>;
} = {
  journal: { append: 'acts' },
  generations: {
    live: 'looks',
    absent: 'looks',
    intact: 'looks',
    damage: 'looks',
    difference: 'looks',
    repair: 'by a person',
    missing: 'looks',
    put: 'acts',
    build: 'acts',
    inTheWay: 'looks',
    switchTo: 'acts',
    adopt: 'acts',
    prune: 'acts',
  },
  supervisor: { observe: 'looks', restart: 'acts', reload: 'acts', reloaded: 'looks', lastWords: 'looks' },
};
/** The methods of an adapter that something is waited for. */
type Acts<T> = { [K in keyof T]: T[K] extends (...given: never[]) => Promise<unknown> ? K : never }[keyof T];

/** Every act, such as `generations.switchTo`. */
export const ACTS: ReadonlySet<string> = new Set(
  Object.entries(METHODS).flatMap(([name, methods]) =>
    Object.entries(methods).flatMap(([method, kind]) => (kind === 'acts' ? [`${name}.${method}`] : [])),
  ),
);
/** Whether a call, such as `journal.append ready`, is an act. */
export const isAct = (step: string): boolean => ACTS.has(step.split(' ')[0] ?? '');
