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
systemd-analyze verify /lib/systemd/system/quipud.service /lib/systemd/system/quipu-signer.service
[ "$(systemctl is-enabled quipud)" = enabled ] || fail "not enabled"
systemctl start quipud
systemctl is-active --quiet quipud && fail "runs without a configuration"
systemd-analyze security --no-pager quipud | tail -n 1
systemd-analyze security --no-pager quipu-signer | tail -n 1

say "a member of one, its vote key with quipu-signer"
cd /trial
for purpose in vote cosigner log transport side governance issuer; do
  quipu key new --administration PE --purpose $purpose --out $purpose.key --testnet >/dev/null
done
mkdir -p keys cards && mv ./*.key keys/
quipu member card --keys keys --address 127.0.0.1:8481 --name Peru --out cards/PE.member.json >/dev/null
echo '[]' >arrangements.json
quipu genesis new --chain-id trial-1 --members cards --arrangements arrangements.json --out /etc/quipu/genesis.json >/dev/null
chmod 0644 /etc/quipu/genesis.json
install -o quipu-signer -g quipu-signer -m 0600 keys/vote.key keys/cosigner.key /var/lib/quipu-signer/keys/
install -o quipu -g quipu -m 0600 keys/log.key keys/transport.key keys/side.key /var/lib/quipu/keys/
runuser -u quipu-signer -- quipu-signer init --dir /var/lib/quipu-signer --genesis /etc/quipu/genesis.json --administration PE
runuser -u quipu -- quipud init --dir /var/lib/quipu --genesis /etc/quipu/genesis.json --administration PE \
  --signer /run/quipu-signer/socket

say "the node starts, its signer with it, and makes a statement final"
systemctl start quipud
within 30 is_ready
systemctl is-active quipud quipu-signer
cat >firm.json <<'FIRM'
{"events":[{"decision_date":"2026-01-02","operator_registered":{"subject":"PE-1","tin":"PE20559000777","person":"LEGAL"}}]}
FIRM
quipu submit firm.json --key keys/issuer.key --wait | grep '^status: FINAL' || fail "not final"

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
quipu submit second.json --key keys/issuer.key --wait | grep '^status: FINAL' || fail "not final after the restarts"

say "an audit of what it exports"
quipu export --out export >/dev/null
quipu-audit verify export --genesis /etc/quipu/genesis.json | tail -n 1

say "purged, the keys and the safety file stay"
dpkg --purge quipud
systemctl is-active --quiet quipud && fail "still runs"
[ -e /var/lib/quipu-signer/safety/slots ] || fail "the safety file was deleted"
[ -e /var/lib/quipu/keys/log.key ] || fail "keys were deleted"
[ ! -e /etc/quipu/signer.env ] || fail "a conffile stayed"
echo "ALL AS IT SHOULD BE"
