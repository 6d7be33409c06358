#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copies the tests of this folder to BUILD and fetches beside them the packages of package-lock.json, by their hashes.
# Usage: set_up.sh BUILD
set -eu
here=$(dirname "$0")
build=$1
mkdir -p "$build"
unchanged=false
cmp -s "$here/package-lock.json" "$build/package-lock.json" && unchanged=true
rm -f "$build"/*.mjs
cp "$here"/*.mjs "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$build"
cd "$build"
$unchanged && [ -e node_modules/.package-lock.json ] && { echo "fetched before"; exit 0; }

rm -rf node_modules
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "SKIPPED: node or npm is not installed (packages nodejs and npm)"
elif ! npm ci --fetch-retries 1 --fetch-timeout 20000; then
  rm -rf node_modules
  echo "SKIPPED: the npm packages could not be fetched"
fi
