import { execa } from 'execa';
import { parseUnit, PROPERTIES, type UnitState } from './unit-state.ts';

/** systemd answers in 15 ms; one that does not answer for so long is taken as gone for now. */
const ANSWER_BOUND_MS = 5000;

export interface SystemctlOptions {
  unit: string;
  /** Whose manager: the machine's, or the one of the user that the agent runs as. */
  scope: 'system' | 'user';
  /** Added to the agent's own environment. */
  environment?: Readonly<Record<string, string>>;
}

/** Runs `systemctl` for one unit. */
export interface Systemctl {
  show(): Promise<UnitState>;
  /** @throws with systemd's own words. */
  run(...words: string[]): Promise<void>;
}

/** `systemctl` of the machine; LC_ALL keeps its words the ones that are read here. */
export function systemctl({ unit, scope, environment }: SystemctlOptions): Systemctl {
  const call = async (words: readonly string[]): Promise<string> => {
    const result = await execa('systemctl', [`--${scope}`, '--no-ask-password', ...words, '--', unit], {
      env: { ...environment, LC_ALL: 'C' },
      stdin: 'ignore',
      timeout: ANSWER_BOUND_MS,
      reject: false,
    });
    if (!result.failed) return result.stdout;
    const said = result.stderr.trim().replaceAll(/\s*\n\s*/g, ' | ');
    const how = result.timedOut
      ? `gave no answer within ${ANSWER_BOUND_MS / 1000} s`
      : said || result.shortMessage;
    throw new Error(`systemctl --${scope} ${words[0]} ${unit}: ${how}`);
  };
  return {
    show: async () => parseUnit(await call(['show', `--property=${PROPERTIES.join(',')}`])),
    run: async (...words) => void (await call(words)),
  };
}
