#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a test of the page beside the packages that node/set_up.sh fetched to BUILD.
# Usage: run.sh BUILD TEST
set -eu
cp "$(dirname "$0")"/*.mjs "$1"
if [ "$2" = browser.test.mjs ]; then
  QUIPU_BROWSER=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
  [ -n "$QUIPU_BROWSER" ] || { echo "SKIPPED: no browser is installed (package chromium)"; exit 0; }
  export QUIPU_BROWSER
fi
exec sh "$(dirname "$0")/../node/run.sh" "$1" --test "$2"
