/** What Redis must be set to, and what would happen otherwise. */
const SAFE: Record<string, { value: string; otherwise: string }> = {
  appendonly: {
    value: 'yes',
    otherwise: 'whatever was written since the last dump is lost when Redis stops',
  },
  appendfsync: { value: 'always', otherwise: 'an acknowledged write can be lost' },
  'no-appendfsync-on-rewrite': {
    value: 'no',
    otherwise: 'an acknowledged write can be lost while the log is rewritten',
  },
  'maxmemory-policy': { value: 'noeviction', otherwise: 'Redis deletes data when memory is short' },
};

export const SAFE_SETTINGS: readonly string[] = Object.keys(SAFE);

/** Says what is wrong with settings as `CONFIG GET` answers them: name, value, name, value, … */
export function unsafeSettings(flat: readonly string[]): string[] {
  return Object.entries(SAFE).flatMap(([name, { value, otherwise }]) => {
    const at = flat.indexOf(name);
    const found = at < 0 ? undefined : flat[at + 1];
    if (found === value) return [];
    const is = found === undefined ? 'is not known' : `is "${found}"`;
    return [`${name} ${is}: ${otherwise}; set it to "${value}"`];
  });
}
