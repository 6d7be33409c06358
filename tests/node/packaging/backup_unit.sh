#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What quipu-backup.service starts is a command that quipud knows, may write where it writes, and is off at installation; and the
# lines of docs/operating.md that keep seven days fit the unit and do so.
# Usage: backup_unit.sh QUIPUD UNITS OPERATING_PAGE WORK_FOLDER
set -eu
quipud=$1 units=$2 page=$3 work=$4
fail() { echo "WRONG: $*"; exit 1; }
rm -rf "$work"
mkdir -p "$work/lib/quipu-backup.service.d" "$work/backup/daily"

# Of a node that is not there: a word that it does not know would be wrong usage, exit code 2.
command=$(sed -n 's/^ExecStart=//p' "$units/quipu-backup.service" |
  sed "s|/usr/bin/quipud|$quipud|; s|/var/lib/|$work/|g; s| [\$]BACKUP_OPTIONS||")
status=0
said=$($command 2>&1) || status=$?
echo "$said"
[ $status -eq 1 ] || fail "exit code $status of: $command"
echo "$said" | grep -q "$work/quipu/quipud.toml" || fail "it asked for other settings"

for folder in $(sed -n 's/^StateDirectory=//p' "$units/quipu-backup.service"); do
  grep -q "^d /var/lib/$folder 0700 quipu quipu" "$units/tmpfiles.conf" || fail "nobody makes $folder"
done
grep -E 'deb-systemd-helper (--quiet )?(enable|was-enabled).*quipu-backup' "$units/postinst" && fail "it is enabled at installation"

# The page's lines, as a part of the unit and by hand.
sed -n '/^    \[Service\]$/,/^$/s/^    //p' "$page" | grep -A1 '^\[Service\]' >"$work/lib/quipu-backup.service.d/override.conf"
kept=$(sed -n "s/^ExecStartPost=.bin.sh -c '\(.*\)'$/\1/p" "$work/lib/quipu-backup.service.d/override.conf" |
  sed "s|/var/lib/quipu-backup|$work/backup|; s/\\$\\$/\$/g; s/%%/%/g")
[ -n "$kept" ] || fail "the page has no line that keeps days"
if command -v systemd-analyze >/dev/null; then
  sed "s|ExecStart=/usr/bin/quipud|ExecStart=$quipud|" "$units/quipu-backup.service" >"$work/lib/quipu-backup.service"
  said=$(SYSTEMD_UNIT_PATH="$work/lib:" systemd-analyze verify --man=no "$work/lib/quipu-backup.service" 2>&1) || fail "$said"
  [ -z "$said" ] || fail "$said"
fi
echo first >"$work/backup/daily/backup.json"
sh -c "$kept"
echo second >"$work/backup/new" && mv "$work/backup/new" "$work/backup/daily/backup.json"  # as the program writes files
[ "$(cat "$work/backup/$(date +%u)/backup.json")" = first ] || fail "the day that was kept is another now"
sh -c "$kept"
[ "$(cat "$work/backup/$(date +%u)/backup.json")" = second ] || fail "the new day did not take the old one's place"
[ "$(stat -c %h "$work/backup/daily/backup.json")" -eq 2 ] || fail "a kept day does not share its files"
