#!/bin/sh
# Brings what `npm start` and `npm test` need: the Debian packages, then the Node.js packages of the lock file (one of
# which is the Node.js that the project runs on). It runs before that Node.js exists, so it is plain POSIX shell.
# With everything in place it is silent and costs a few milliseconds.
#
#   sh setup.sh [tests]     with `tests` also what the tests alone need
set -eu
# `npm start -- --json` prints JSON on standard output, so nothing here may write there.
exec 1>&2
cd "$(dirname "$0")/../.."
# Debian puts named into /usr/sbin, which is on the PATH of root only.
PATH="$PATH:/usr/sbin:/sbin"

wanted=${1:-}

say() { echo "setup: $*"; }

missing_packages() {
  while read -r command package; do
    [ -n "$command" ] || continue
    command -v "$command" >/dev/null || printf ' %s' "$package"
  done <<END
redis-server redis-server
named bind9
named-checkconf bind9-utils
dig bind9-dnsutils
runsv runit
ip iproute2
openssl openssl
$(test_packages)
END
}

# What looks at the product: Prometheus with its Alertmanager, and a browser. Ubuntu has no browser in a package of its own;
# the tests that need it are skipped there.
test_packages() {
  [ "$wanted" = tests ] || return 0
  printf 'prometheus prometheus\nprometheus-alertmanager prometheus-alertmanager\n'
  if grep -q '^ID=debian' /etc/os-release; then echo 'chromium chromium'; fi
}

# pnpm keeps a copy of the lock file that it installed from.
node_packages_are_current() { cmp -s pnpm-lock.yaml node_modules/.pnpm/lock.yaml; }

install_node_packages() {
  say 'installing the Node.js packages of the lock file'
  log=$(mktemp)
  # NODE_ENV=production would leave out the tools that the tests need; without CI, pnpm may ask questions.
  if env -u NODE_ENV CI=true npx --yes pnpm@12.21.0 install --frozen-lockfile >"$log" 2>&1; then
    rm "$log"
  else
    cat "$log"
    rm "$log"
    say 'the Node.js packages could not be installed'
    exit 1
  fi
}

packages=$(missing_packages)
if [ -n "$packages" ]; then
  if ! command -v apt-get >/dev/null; then
    say "these packages are needed, and can be installed only on Debian or Ubuntu (no apt-get here):$packages"
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    say "these Debian packages are missing:$packages"
    say 'this command installs them, and neither starts nor enables any service:'
    say "  sudo sh '$PWD/deploy/development/debian-packages.sh'$packages"
    exit 1
  fi
  # shellcheck disable=SC2086 # a list of words
  sh deploy/development/debian-packages.sh $packages
fi

node_packages_are_current || install_node_packages
