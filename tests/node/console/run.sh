#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a test beside the packages that strangers/node/set_up.sh fetched to BUILD. MADE is where the console was built.
# Usage: run.sh BUILD MADE TEST
set -eu
build=$1 made=$2 test=$3
[ -e "$build/node_modules/.package-lock.json" ] || { echo "SKIPPED: the npm packages could not be fetched"; exit 0; }
[ -e "$made/app/node_modules/.package-lock.json" ] || { echo "SKIPPED: this build has a small page in place of the console"; exit 0; }
QUIPU_MADE=$made
QUIPU_BROWSER=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ "$test" = signing.test.mjs ] || [ -n "$QUIPU_BROWSER" ] || { echo "SKIPPED: no browser is installed (package chromium)"; exit 0; }
export QUIPU_MADE QUIPU_BROWSER
cd "$build"
exec node --test "$test"
