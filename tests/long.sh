#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The long gate: thousands of seeds at every size, also with members that come and go, on two cores. Needs a build
# (tests/run.sh). Ends with what was run and how fast; stops at the first broken law with the command that runs it again.
# SCALE=0.1 sh tests/long.sh runs a tenth of it.
set -eu
cd "$(dirname "$0")/.."
scale=${SCALE:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# members, candidates, seeds, and, if they are to be, seconds between harmed disks
campaigns="4 0 10000
7 0 8000
1 0 1000
5 0 1000
6 0 1000
10 0 500
11 0 500
13 0 300
31 0 100
4 3 1000
7 3 500
4 0 300 6
7 0 300 6
10 0 100 6"

run() {
  name=$1+$2${4:+"!$4"}
  seeds=$(awk -v n="$3" -v s="$scale" 'BEGIN { n *= s; print n < 1 ? 1 : int(n) }')
  # Its own processor time: what else the machine does is not the simulator's.
  LC_ALL=C bash -c 'TIMEFORMAT="%U %S"; time "$@" >"$0" 2>&1' "$folder/$name" build/release/bin/quipu-testnet simulate \
    --seeds "1..$seeds" --members "$1" --candidates "$2" ${4:+--disk-harm "$4"} 2>"$folder/$name.time" ||
    { cat "$folder/$name"; touch "$folder/failed"; return 0; }
  spent=$(awk '{ print int($1 + $2 + 0.5) }' "$folder/$name.time")
  minutes=$(sed -n 's/.* runs, \([0-9]*\) virtual minutes.*/\1/p' "$folder/$name")
  harmed=$(sed -n 's/.* minutes, \([0-9]*\) disks harmed.*/\1/p' "$folder/$name")
  echo "$seeds $minutes $spent" >>"$folder/done"
  echo "members $name: $seeds seeds, $minutes virtual minutes, $harmed disks harmed, $spent s of one core"
}

# Every other campaign on each core.
half() {
  echo "$campaigns" | awk -v half="$1" 'NR % 2 == half' | while read -r members candidates seeds harm; do
    [ -e "$folder/failed" ] || run "$members" "$candidates" "$seeds" $harm
  done
}
half 0 &
half 1
wait

# Scenarios that take longer than a test run has, and all others with other seeds than theirs.
play() { build/release/bin/quipu-testnet run "$@" --simulated --quiet >"$folder/played" || { grep -B2 -A1 '^BROKEN' "$folder/played"; touch "$folder/failed"; }; }
play tests/scenarios/long/*.scenario
for seed in $(seq 2 "$(awk -v s="$scale" 'BEGIN { n = int(30 * s); print n < 2 ? 2 : n }')"); do
  play tests/scenarios/*.scenario --seed "$seed"
done

python3 tests/model/check.py --long || touch "$folder/failed"
awk '{ seeds += $1; minutes += $2; seconds += $3 }
  END { printf "%d seeds, %d cluster-hours, %d times real time per core\n", seeds, minutes / 60,
        minutes * 60 / (seconds > 0 ? seconds : 1) }' "$folder/done"
[ ! -e "$folder/failed" ]
