#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The half of bare_debian.sh that runs in the booted machine.
set -eu
say() { echo "== $*"; }
fail() { echo "WRONG: $*"; journalctl -u quipud -u quipu-signer -n 30 --no-pager; exit 1; }
within() {  # within SECONDS COMMAND ...: until it succeeds
  end=$(($(date +%s) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt $end ] || fail "never: $*"
    sleep 0.3
  done
}
pid_of() { systemctl show -p MainPID --value "$1"; }
is_ready() { quipu node status | grep -q '^sign_state: good'; }

say "units are in order, and nothing runs before there is a configuration"
systemd-analyze verify --man=no /lib/systemd/system/quipud.service /lib/systemd/system/quipu-signer.service \
  /lib/systemd/system/quipu-backup.service /lib/systemd/system/quipu-backup.timer
[ "$(systemctl is-enabled quipud)" = enabled ] || fail "not enabled"
systemctl start quipud
systemctl is-active --quiet quipud && fail "runs without a configuration"
systemd-analyze security --no-pager quipud | tail -n 1
systemd-analyze security --no-pager quipu-signer | tail -n 1

cd /trial
for purpose in vote cosigner log transport side governance issuer; do
  quipu key new --administration PE --purpose $purpose --out $purpose.key --testnet >/dev/null
done
mkdir -p keys cards && mv ./*.key keys/
quipu member card --keys keys --address 127.0.0.1:8481 --name Peru --out cards/PE.member.json >/dev/null
echo '[]' >arrangements.json
quipu genesis new --chain-id trial-1 --members cards --arrangements arrangements.json --out /etc/quipu/genesis.json >/dev/null
chmod 0644 /etc/quipu/genesis.json
cat >firm.json <<'FIRM'
{"events":[{"decision_date":"2026-01-02","operator_registered":{"subject":"PE-1","tin":"PE20559000777","person":"LEGAL"}}]}
FIRM
give() {  # give USER KEY ...
  user=$1
  shift
  for key in "$@"; do install -o "$user" -g "$user" -m 0600 "keys/$key.key" "$(eval echo "~$user")/keys/"; done
}
init() { runuser -u "$1" -- "$2" init --dir "$(eval echo "~$1")" --genesis /etc/quipu/genesis.json --administration PE; }
makes_final() { quipu submit "$1" --key keys/issuer.key --wait | grep '^status: FINAL' || fail "$1 is not final"; }

say "a member that holds its keys itself"
give quipu vote cosigner log transport side
init quipu quipud
systemctl start quipud
within 30 is_ready
systemctl is-active --quiet quipu-signer && fail "a signer runs that was not set up"
makes_final firm.json

say "no backup before somebody wants one; then by the unit, of the node that runs and of the one that does not"
[ "$(systemctl is-enabled quipu-backup.timer)" = disabled ] || fail "the timer is enabled"
systemctl start quipu-backup || fail "no backup: $(journalctl -u quipu-backup -n 10 --no-pager)"
runuser -u quipu -- quipud backup --verify /var/lib/quipu-backup/daily --genesis /etc/quipu/genesis.json
systemctl stop quipud
systemctl start quipu-backup || fail "no backup: $(journalctl -u quipu-backup -n 10 --no-pager)"
[ ! -e /var/lib/quipu-backup/daily.making ] || fail "it left something"
systemctl start quipud
within 30 is_ready
systemctl enable --now quipu-backup.timer
systemctl list-timers --no-pager quipu-backup.timer | sed -n 2p
# Its day is a few seconds long here, with no delay: it is the timer that makes this backup.
rm -rf /var/lib/quipu-backup/daily
mkdir -p /run/systemd/system/quipu-backup.timer.d
printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1s\n' >/run/systemd/system/quipu-backup.timer.d/soon.conf
systemctl daemon-reload && systemctl restart quipu-backup.timer
within 60 test -e /var/lib/quipu-backup/daily/backup.json
rm -r /run/systemd/system/quipu-backup.timer.d
systemctl daemon-reload && systemctl restart quipu-backup.timer
within 60 sh -c '! systemctl is-active --quiet quipu-backup'
runuser -u quipu -- quipud backup --verify /var/lib/quipu-backup/daily --genesis /etc/quipu/genesis.json
systemd-analyze security --no-pager quipu-backup | tail -n 1

say "an upgrade restarts nothing"
old=$(pid_of quipud)
dpkg -i /packages/quipud_*.deb | grep 'still runs the version before'
[ "$(pid_of quipud)" = "$old" ] || fail "restarted"

say "removed and purged, it stops; keys and safety file stay"
dpkg --purge quipud
systemctl is-active --quiet quipud && fail "still runs"
[ -e /var/lib/quipu/safety/slots ] || fail "the safety file was deleted"
[ -e /var/lib/quipu/keys/vote.key ] || fail "keys were deleted"
[ -e /var/lib/quipu-backup/daily/backup.json ] || fail "a backup was deleted"
[ ! -e /etc/quipu/signer.env ] || fail "a conffile stayed"
[ ! -L /etc/systemd/system/timers.target.wants/quipu-backup.timer ] || fail "the timer is still enabled"

say "another machine: the vote key with quipu-signer"
rm -rf /var/lib/quipu
dpkg -i /packages/quipud_*.deb >/dev/null
give quipu-signer vote cosigner
give quipu log transport side
init quipu-signer quipu-signer
runuser -u quipu -- quipud init --dir /var/lib/quipu --genesis /etc/quipu/genesis.json --administration PE \
  --signer /run/quipu-signer/socket
systemctl start quipud
within 30 is_ready
systemctl is-active quipud quipu-signer
makes_final firm.json

say "as the kernel sees it"
for unit in quipud quipu-signer; do
  grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' "/proc/$(pid_of $unit)/status" | tr '\n\t' '  '
  echo $unit
  grep -q '^Seccomp:.*2' "/proc/$(pid_of $unit)/status" || fail "$unit without a filter"
  grep -q '^CapEff:.*0000000000000000' "/proc/$(pid_of $unit)/status" || fail "$unit with capabilities"
done

say "killed, it comes back; so does the signer"
old=$(pid_of quipud)
kill -9 "$old"
within 30 sh -c "[ \$(systemctl show -p MainPID --value quipud) != $old ] && quipu node status | grep -q '^sign_state: good'"
kill -9 "$(pid_of quipu-signer)"
within 30 systemctl is-active quipu-signer
sed 's/PE-1/PE-2/; s/PE20559000777/PE20559000778/' firm.json >second.json
makes_final second.json

say "an audit of what it exports"
quipu export --out export >/dev/null
quipu-audit verify export --genesis /etc/quipu/genesis.json | tail -n 1

echo "ALL AS IT SHOULD BE"
