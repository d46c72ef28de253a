#!/bin/sh
# Installs Debian packages and neither starts nor enables any service of theirs. Debian does both as soon as a package
# is installed. The development fleet starts its own named and Redis, on its own ports; the system's must not appear
# on a machine because somebody tried Breakwater there. Services that were there before are left alone.
#
#   sh debian-packages.sh PACKAGE...     as root; writes to standard error only
set -eu
exec 1>&2
policy=/usr/sbin/policy-rc.d
lock=/run/breakwater-packages.lock

say() { echo "setup: $*"; }

# Runs a command quietly; what it wrote is shown only if it fails.
run() {
  if "$@" >"$work/log" 2>&1; then return 0; else status=$?; fi
  cat "$work/log"
  say "failed with status $status: $*"
  return "$status"
}

# Every package that is unpacked, in whatever state, so that an interrupted installation counts as well.
unpacked_packages() { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^i[^ ]* *//p' | sort; }

# A policy-rc.d that answers 101 forbids every start and restart. It holds while the lock is held, which apt-get
# inherits: should this script be killed before its trap runs, apt-get still ends without starting anything, and
# afterwards the machine is as free as before, even with this file left over.
forbid_service_starts() {
  restore_policy # what a killed run left over, or the owner's file would be lost now
  if [ -e "$policy" ]; then mv "$policy" "$policy.breakwater"; fi
  cat >"$policy" <<END
#!/bin/sh
# Breakwater is installing packages, and no service starts meanwhile. If this file is still here afterwards, then that
# was killed: put $policy.breakwater back in its place, if there is one, or remove it.
flock -n $lock true || exit 101
if [ -x $policy.breakwater ]; then exec $policy.breakwater "\$@"; fi
END
  chmod 755 "$policy"
}

restore_policy() {
  if [ -e "$policy.breakwater" ]; then
    mv -f "$policy.breakwater" "$policy"
  elif grep -qs Breakwater "$policy"; then
    rm "$policy"
  fi
}

# Takes back the links by which the packages of this run, and no others, would start at the next boot.
disable_new_services() {
  failed=0
  for package in $(unpacked_packages | comm -13 "$work/before" -); do
    for unit in $(dpkg -L "$package" | sed -nE 's,.*/systemd/system/([^/@]*\.(service|socket|timer|path))$,\1,p'); do
      # It serves maintainer scripts only, and asks whose this is.
      DPKG_MAINTSCRIPT_PACKAGE=$package deb-systemd-helper disable "$unit" || failed=1
    done
    for script in $(dpkg -L "$package" | sed -nE 's,^/etc/init\.d/([^/]*)$,\1,p'); do
      update-rc.d "$script" disable || failed=1
    done
  done
  if [ -d /run/systemd/system ]; then systemctl daemon-reload || failed=1; fi
  return "$failed"
}

# Runs at every exit, also after a failure or Ctrl-C.
clean_up() {
  if [ -e "$work/before" ]; then
    run disable_new_services || true
    restore_policy
  fi
  rm -rf "$work"
}

work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say "installing Debian packages: $*"
# Two runs at once would take each other's policy-rc.d for the owner's: the second waits for the first.
exec 9>"$lock"
flock 9
unpacked_packages >"$work/before"
forbid_service_starts

# needrestart (Ubuntu) would restart services of its own accord.
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
run apt-get update || say 'the package lists could not all be refreshed; trying with what is here'
# --no-remove: nobody's package makes way for ours. The wait is for a machine that is just updating itself.
run apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends --no-upgrade --no-remove "$@"
