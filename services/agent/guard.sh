#!/bin/sh
# Runs before the daemon, at each of its starts, and never keeps it from starting: it always ends with 0.
#
#   guard.sh STORE COMMAND...    COMMAND is how the agent's own `guard` is run
#
# While an agent runs, its lock is held, and this costs one attempt to take it. When nobody holds the lock, nobody
# would see what the daemon answers on an unconfirmed generation: the agent's guard is run, with the lock held, so
# that no agent begins anything meanwhile. STORE/guarded holds the boot id in which somebody has looked at the link:
# without it, an agent that came up a moment ago may not have put the link back yet.
store=$1
shift
[ -e "$store/journal/journal" ] || exit 0

boot='?' guarded=''
read -r boot </proc/sys/kernel/random/boot_id
[ -r "$store/guarded" ] && read -r guarded <"$store/guarded"

# The daemon's start must not wait for a disk that hangs.
run() { timeout -k 1 10 "$@"; }

flock -n -E 75 -F "$store/agent.lock" timeout -k 1 10 "$@"
status=$?
case $status in
  75)
    status=0
    [ "$guarded" = "$boot" ] || run "$@" --beside-agent || status=$?
    ;;
  # The lock can be neither opened nor made (a disk that is read-only or full): then no agent holds it either.
  66 | 69 | 71 | 73 | 74)
    run "$@"
    status=$?
    ;;
esac
[ $status -eq 0 ] || echo "guard: failed ($status); the daemon starts on the configuration that is live" >&2
exit 0
