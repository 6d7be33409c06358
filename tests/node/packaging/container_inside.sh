#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The half of container.sh that runs in the container, as its user: a network of one member, on ports of its own.
set -eu
fail() { echo "WRONG: $*"; exit 1; }
api=http://127.0.0.1:18480

cd "$(mktemp -d)"
for purpose in vote cosigner log transport side governance issuer; do
  quipu key new --administration PE --purpose $purpose --out $purpose.key --testnet >/dev/null
done
mkdir keys cards
mv ./*.key keys/
quipu member card --keys keys --address 127.0.0.1:18481 --name Peru --out cards/PE.member.json >/dev/null
echo '[]' >arrangements.json
quipu genesis new --chain-id trial-1 --members cards --arrangements arrangements.json --out genesis.json >/dev/null
for purpose in vote cosigner log transport side; do install -m 0600 keys/$purpose.key /var/lib/quipu/keys/; done
quipud init --dir /var/lib/quipu --genesis genesis.json --administration PE --http 127.0.0.1:18480 --peers 127.0.0.1:18481
quipud --config /var/lib/quipu/quipud.toml --check-config

quipud --config /var/lib/quipu/quipud.toml >node.log 2>&1 &
node=$!
end=$(($(date +%s) + 60))
until quipu node status --node $api 2>/dev/null | grep '^sign_state: good'; do
  [ "$(date +%s)" -lt $end ] || { cat node.log; fail "never ready"; }
  sleep 0.5
done
cat >firm.json <<'FIRM'
{"events":[{"decision_date":"2026-01-02","operator_registered":{"subject":"PE-1","tin":"PE20559000777","person":"LEGAL"}}]}
FIRM
quipu submit firm.json --key keys/issuer.key --node $api --wait | grep '^status: FINAL' || fail "a statement is not final"
kill -TERM $node
wait $node || { cat node.log; fail "SIGTERM ended it with $?"; }
echo "ALL AS IT SHOULD BE"
