/** How much the rehearsed daemon may write in all, and how big a copy of its directories may be. */
const WRITABLE_MIB = 256;

/** Addresses of nobody's (RFC 2544, RFC 5180), from which a stage asks as a stranger would. */
export const STRANGER = '198.18.255.1';
export const STRANGER_V6 = '2001:2:0:ff::1';

/** What is put where in a stage. */
export interface StagePlan {
  /** An empty folder, on which the room for everything that is written is mounted. */
  room: string;
  tree: string;
  /** The folder that the managed root leads to, where the tree shall appear. */
  live: string;
  /** The folders in which the daemon works. */
  writable: readonly string[];
  /** IP addresses. */
  addresses: readonly string[];
  /** The log of the rehearsed daemon. */
  log: string;
}

/** The command that makes a stage of the namespaces that it is run in, and becomes another command there. */
export function stageCommand(plan: StagePlan, command: readonly string[]): string[] {
  const { room, tree, live, writable, addresses, log } = plan;
  return [
    'sh',
    '-c',
    SCRIPT,
    'sh',
    room,
    tree,
    live,
    writable.join('\n'),
    addresses.join('\n'),
    log,
    ...command,
  ];
}

// Every mount here is in a mount namespace of its own and ends with its last process. The whole host is made read-only
// first. Then each folder in which the daemon works is covered by an overlay: what is there is read, and
// what is written goes into a tmpfs. /run is covered too: the sockets in it (system log, message bus) would lead out of the
// stage in spite of the private network. The staged tree comes last, since it may lie below one of the others.
const SCRIPT = `
ROOM=$1 TREE=$2 LIVE=$3 WRITABLE=$4 ADDRESSES=$5 LOG=$6
shift 6
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
give_up() { echo "$*" >&2; exit 1; }

while read -r _ _ _ _ target options _; do
  target=$(printf '%b' "$target")
  mount -o "remount,bind,ro$\{options#r?}" "$target" 2>/dev/null || [ "$target" != / ] ||
    give_up 'the host cannot be made read-only'
done </proc/self/mountinfo

mount -t tmpfs -o size=${WRITABLE_MIB}m,mode=0755 tmpfs "$ROOM" || give_up 'no tmpfs can be mounted'
# From here on its path may be covered; what is relative still leads there.
cd "$ROOM" || exit 1

# cover SOURCE TARGET: TARGET shows SOURCE, and takes what is written.
room=0
cover() {
  room=$((room + 1))
  mkdir "$room" "$room/new" "$room/work" || exit 1
  # The covered folder shows the owner and mode of "new". Owners that do not exist in a user namespace cannot be given.
  chmod --reference="$1" "$room/new" && chown --reference="$1" "$room/new" 2>/dev/null
  for more in '' ,userxattr; do
    mount -t overlay -o "lowerdir=$1,upperdir=$room/new,workdir=$room/work$more" overlay "$2" 2>/dev/null && return
  done
  cp -a "$1/." "$room/new" 2>/dev/null || give_up "$1 cannot be covered, and not be copied into ${WRITABLE_MIB} MiB"
  mount --bind "$room/new" "$2" || give_up "$2 cannot be covered"
}
while read -r folder; do
  [ ! -d "$folder" ] || cover "$folder" "$folder" || exit 1
done <<END
$WRITABLE
/run
END
cover "$TREE" "$LIVE"

: >"$LOG" && chmod 666 "$LOG" || give_up "$LOG cannot be written"
[ ! -e /dev/log ] || mount --bind /dev/null /dev/log
# In a container whose /proc is masked the kernel refuses a new one; nothing here needs it.
mount -t proc -o ro proc /proc 2>/dev/null

command -v ip >/dev/null || give_up 'the command ip (Debian package iproute2) is not installed'
{
  echo 'link set lo up'
  echo "$ADDRESSES" | while read -r address; do echo "addr replace $address dev lo"; done
} | ip -batch - >&2 || give_up 'the addresses of this host cannot be added to the loopback interface'
# Routed here without being an address of an interface, so that "localhost" and "localnets" do not know the stranger.
ip route add local ${STRANGER}/32 dev lo 2>/dev/null
ip addr add ${STRANGER_V6}/128 dev lo 2>/dev/null
cd /
exec "$@"
`;
