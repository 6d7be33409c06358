#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The packages in a bare Debian 12, made by debootstrap, step by step as README.Debian says: apt installs them with all they
# need, nothing runs before `quipud init`, then the service does, hardened; it is killed and comes back; purging leaves the keys.
# Boots the machine with systemd-nspawn, so it is the units themselves that run. Needs root, debootstrap, systemd-nspawn and a
# mirror within reach.
# Usage: bare_debian.sh FOLDER_OF_PACKAGES ROOT      (ROOT is made unless it is there already)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
packages=$1 root=$2
for tool in debootstrap systemd-nspawn; do
  command -v $tool >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: needs root"; exit 0; }

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root"
rm -rf "$root/packages" "$root/trial"
mkdir -p "$root/packages" "$root/trial"
cp "$packages"/*.deb "$root/packages/"
cp "$here/bare_debian_inside.sh" "$root/trial/inside.sh"

inside() { systemd-nspawn --quiet --register=no --keep-unit -D "$root" --setenv=DEBIAN_FRONTEND=noninteractive "$@" </dev/null; }
# apt fetches what the packages depend on; the booted machine has no network.
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends systemd systemd-sysv dbus >/dev/null 2>&1
inside sh -c 'apt-get install -y --no-install-recommends /packages/*.deb' >"$root/trial/apt.log" 2>&1 ||
  { cat "$root/trial/apt.log"; exit 1; }
grep -A3 '^quipud: next' "$root/trial/apt.log" || { echo "apt did not say what comes next"; exit 1; }

cat >"$root/etc/systemd/system/trial.service" <<'UNIT'
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=5min
ExecStart=/bin/sh /trial/inside.sh
StandardOutput=file:/trial/log
StandardError=file:/trial/log
[Install]
WantedBy=graphical.target
UNIT
ln -sf /lib/systemd/system/graphical.target "$root/etc/systemd/system/default.target"
mkdir -p "$root/etc/systemd/system/graphical.target.wants"
ln -sf ../trial.service "$root/etc/systemd/system/graphical.target.wants/trial.service"
timeout 400 systemd-nspawn --quiet --register=no --keep-unit --private-network -b -D "$root" </dev/null >"$root/trial/boot.log" 2>&1 || true
cat "$root/trial/log" 2>/dev/null || { cat "$root/trial/boot.log"; exit 1; }
grep -q '^ALL AS IT SHOULD BE$' "$root/trial/log"
