#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# systemd's own tools on our units: they are in order, and expose little (at most 2.0 of 10).
# Usage: units.sh PROGRAMS WORK_FOLDER UNIT ...
set -eu
command -v systemd-analyze >/dev/null || { echo "SKIPPED: systemd-analyze is not installed (package systemd)"; exit 0; }
programs=$1 work=$2
shift 2
mkdir -p "$work"
status=0
for unit in "$@"; do
  name=$(basename "$unit")
  # Where the program is here, for verify to find it.
  sed "s|ExecStart=/usr/bin/|ExecStart=$programs/|" "$unit" >"$work/$name"
done
for unit in "$@"; do
  name=$(basename "$unit")
  said=$(cd "$work" && SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no "./$name" 2>&1) || status=1
  if [ -n "$said" ]; then echo "$name: $said"; status=1; fi
  case $name in *.timer) continue ;; esac  # runs nothing itself
  score=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$unit" 2>&1) || status=1
  echo "$score" | tail -n 1
done
exit $status
