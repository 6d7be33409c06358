#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Takes the pictures of docs/pictures anew, from the programs of BUILD (build/release without it).
# Usage: pictures.sh [BUILD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
QUIPU_SOURCE=$(cd "$here/../../.." && pwd)
build=${1:-$QUIPU_SOURCE/build/release}
QUIPU_BIN=$build/bin QUIPU_WORK=$build/tests/node/console
QUIPU_BROWSER=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
export QUIPU_SOURCE QUIPU_BIN QUIPU_WORK QUIPU_BROWSER
sh "$here/../../strangers/node/set_up.sh" "$QUIPU_WORK/packages" "$here"
cd "$QUIPU_WORK/packages"
exec node pictures.mjs
