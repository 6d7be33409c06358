#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copies the checks of FOLDER (this one) to BUILD and fetches beside them the packages of its package-lock.json, by their hashes.
# Usage: set_up.sh BUILD [FOLDER]
set -eu
here=${2:-$(dirname "$0")}
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
elif ! npm view cborg version --fetch-retries 0 --fetch-timeout 20000 >/dev/null 2>&1; then
  echo "SKIPPED: the npm registry cannot be reached"
else
  npm ci
fi
