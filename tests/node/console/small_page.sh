#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A build without a registry, and one that is told so, has the small page and the page that checks proofs, and says why.
# Usage: small_page.sh ROOT WORK
set -eu
root=$1 work=$2
rm -rf "$work"
mkdir -p "$work"

holds_small_page() {
  python3 -B "$root/node/console/embed.py" "$1/dist" "$1/files.cpp"
  grep -q 'built without its console' "$1/files.cpp"
  grep -q 'verify.html' "$1/files.cpp"
  if grep -q '"console/' "$1/files.cpp"; then exit 1; fi
}
sh "$root/node/console/build.sh" OFF "$root" "$work/off"
holds_small_page "$work/off"
[ ! -e "$work/off/no-registry" ]

command -v npm >/dev/null || { echo "SKIPPED: npm is not installed (package npm)"; exit 0; }
export npm_config_registry=http://127.0.0.1:9 npm_config_cache="$work/cache" npm_config_fetch_retry_mintimeout=10
sh "$root/node/console/build.sh" AUTO "$root" "$work/auto" 2>"$work/said"
grep -q 'WARNING: the console.s npm packages could not be fetched' "$work/said"
holds_small_page "$work/auto"
[ -e "$work/auto/no-registry" ]
if sh "$root/node/console/build.sh" ON "$root" "$work/on" 2>/dev/null; then exit 1; fi
echo "small page: as it should be"
