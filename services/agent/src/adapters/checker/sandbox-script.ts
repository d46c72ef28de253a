import { randomInt } from 'node:crypto';

/** The last thing that the shell says; before it, no exit code is the program's own. */
export const IN_PLACE = 'breakwater: in place\n';

/** The group of Debian that owns nothing. */
const NOGROUP = 65_534;

/** Users that no host has: below what user namespaces hand out from 2^31 on, and far above what systemd does. */
const STRANGERS = { from: 2_000_000_000, to: 2_100_000_000 };

const LIMITS = {
  /** One process; a zone of a million records takes a fraction of it. */
  '--as': 4 * 1024 ** 3,
  /** Seconds of processor time. */
  '--cpu': 60,
  /** Not a byte can be written to a file; what a program says goes into a pipe. */
  '--fsize': 0,
  '--core': 0,
  '--nofile': 1024,
};
/**
 * The kernel counts the processes of a user on the whole host. A user who has others (threads of the daemon, another
 * check) would be out of processes before the first one of ours, so only a stranger gets this bound.
 */
const LIMITS_OF_STRANGER = { ...LIMITS, '--nproc': 64 };

const NO_PRIVILEGES = '--no-new-privs --inh-caps=-all --ambient-caps=-all';

/**
 * Whose rights a program gets: those of a stranger, another one each time; another user's; those of the root of a user
 * namespace; or the agent's own.
 */
export type User = 'stranger' | { uid: number; gid: number } | 'mapped root' | 'own';

/**
 * The command that runs another one within bounds and without privileges, as words for a shell.
 * @param groups further groups, whose files it may read.
 */
export function confinement(user: User, groups: readonly number[]): string {
  const limits = Object.entries(user === 'stranger' ? LIMITS_OF_STRANGER : LIMITS);
  const options = limits.map(([option, value]) => `${option}=${value}:${value}`).join(' ');
  return `prlimit ${options} setpriv ${setprivOptions(user, groups)}`;
}

function setprivOptions(user: User, groups: readonly number[]): string {
  // Whoever may not become another user may not change the bounding set either, and has no capability to lose.
  if (user === 'own') return NO_PRIVILEGES;
  if (user === 'mapped root') return `--bounding-set=-all ${NO_PRIVILEGES}`;
  const stranger = { uid: randomInt(STRANGERS.from, STRANGERS.to), gid: NOGROUP };
  const { uid, gid } = user === 'stranger' ? stranger : user;
  const further = groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups';
  return `--reuid=${uid} --regid=${gid} ${further} --bounding-set=-all ${NO_PRIVILEGES}`;
}

// Debian keeps daemons' tools out of the PATH of ordinary users. The kernel ends the checker before the daemon when
// memory is short.
const BEGIN = `
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
echo 1000 2>/dev/null > /proc/self/oom_score_adj
exec 2>&1
cwd=$1 confined=$2
shift 2
`;

const RUN = `
stripped='command -v "$1" >/dev/null || { echo "$1 is not installed"; exit 1; }; printf %s "${IN_PLACE.trimEnd()}"; echo; exec "$@"'
`;

/**
 * Without namespaces. Parameters: working folder, the confinement, then the command.
 * The shell becomes the program, so that whoever kills it on a timeout kills the program.
 */
export const BARE = `${BEGIN}${RUN}
cd "$cwd" || exit 1
exec $confined sh -c "$stripped" sh "$@"
`;

/**
 * In private namespaces: a root folder of its own, in memory, in which nothing is but the system's programs and the
 * folders that a configuration may name, all of it read-only, and the tree at the path at which it is to appear.
 * Parameters: working folder, the confinement, tree, that path, further folders, "--", then the command.
 *
 * The new root hides whatever else is on the host, so that no file of it can be quoted; and nobody needs a permission on
 * the folders above those that are shown. It covers /sys, which every kernel has and nothing here needs.
 * The shell stays the first process of its process namespace: killing it kills all of them.
 */
export const HIDDEN = `${BEGIN}${RUN}
tree=$1 at=$2
shift 2
new=/sys
mount -t tmpfs -o size=1m,mode=755 breakwater "$new" || exit 1
show() {
  for more in '' ,noatime ,noexec,noatime; do
    if mount --bind -o "ro,nosuid,nodev$more" "$1" "$2" 2>/dev/null; then return; fi
  done
  mount --rbind -o ro "$1" "$2" || exit 1
}
folder() {
  to=$new$2
  if [ -L "$to" ]; then to=$new$(readlink -f "$2"); fi
  mkdir -p "$to" && show "$1" "$to" || exit 1
}
for each in /bin /sbin /lib /lib32 /lib64 /libx32 /usr /opt /etc/alternatives /etc/ld.so.cache; do
  if [ -L "$each" ]; then cp -P "$each" "$new$each"
  elif [ -d "$each" ]; then folder "$each" "$each"
  elif [ -e "$each" ]; then : > "$new$each" && show "$each" "$new$each"
  fi
done
mkdir "$new/dev" || exit 1
for each in null zero random urandom; do
  : > "$new/dev/$each" && mount --bind "/dev/$each" "$new/dev/$each" || exit 1
done
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then folder "$1" "$1"; fi
  shift
done
shift
folder "$tree" "$at"
mount -o remount,bind,ro "$new" || exit 1
cd /
chroot "$new" sh -c 'cd "$1" || exit 1; shift; "$@"; exit $?' sh "$cwd" \\
  $confined sh -c "$stripped" sh "$@"
exit $?
`;
