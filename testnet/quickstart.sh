#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 to four customs administrations that agree: installs what is missing, builds, starts BO, BR, CL and PE,
# imports their sample programmes through their own nodes, looks operators up, and audits an export offline.
# --build-only stops after the build, --built begins behind it.
set -eu
cd "$(dirname "$0")/.."

net=${QUIPU_TESTNET_DIR:-build/testnet}
bin=build/release/bin

say() { printf '\n== %s\n' "$1"; }
show() { printf '$ %s\n' "$*" >&2; "$@"; }

if [ "${1:-}" != --built ]; then
  say "Installing what is missing"
  sh testnet/install.sh
  say "Building (build/release)"
  cmake --preset release >/dev/null
  cmake --build --preset release --target quipud quipu-signer quipu quipu-audit quipu-testnet
fi
[ "${1:-}" = --build-only ] && exit 0

say "Four administrations: keys, genesis, nodes, and their programmes imported"
[ -e "$net/testnet.json" ] && { $bin/quipu-testnet down --dir "$net" >/dev/null || true; rm -rf "$net"; }
show $bin/quipu-testnet up --dir "$net" --members BO,BR,CL,PE --data testnet/sample --import --detach

say "Does Peru recognise these Brazilian firms?"
export QUIPU_NODE=http://127.0.0.1:8486
show $bin/quipu recognise --tin BR74484522000153 --by PE --role WAREHOUSE --flow IMPORT --on 2025-11-12
show $bin/quipu recognise --tin BR87860492000184 --by PE --role CARRIER --flow EXPORT --on 2024-06-30
show $bin/quipu recognise --batch testnet/sample/declarations.csv --output csv >"$net/answers.csv"
echo "$(($(wc -l <"$net/answers.csv") - 1)) declarations answered, $(grep -c ',RECOGNISED,' "$net/answers.csv") recognised, the rest with a reason: $net/answers.csv"

say "What waits for an answer, and whom Peru knows by a number of its own?"
show $bin/quipu case list
show $bin/quipu recognise --alias MID:BR9255000115SAO --by PE --role EXPORTER --flow IMPORT --on 2026-03-01

say "The whole history, exported and audited offline"
rm -rf "$net/export"
show $bin/quipu export --out "$net/export"
show $bin/quipu-audit verify "$net/export" --genesis "$net/genesis.json"

say "All four nodes"
show $bin/quipu-testnet status --dir "$net"
cat <<TEXT

They run on. Ask them: $bin/quipu --help
Consoles for a browser, and APIs: http://127.0.0.1:8480 (BO), 8482 (BR), 8484 (CL), 8486 (PE)
Stop: $bin/quipu-testnet down --dir $net
TEXT
