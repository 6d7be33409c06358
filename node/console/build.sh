#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the files of the console in BUILD/dist, and leaves beside them the lock file that names what they were made from, for the
# bill of materials; the small page has none. Works on a copy of the sources, so that nothing is written beside them.
# Usage: build.sh AUTO|ON|OFF ROOT BUILD
set -eu
mkdir -p "$3/app"
mode=$1 root=$(cd "$2" && pwd) build=$(cd "$3" && pwd)
app=$build/app
here=$root/node/console

# The page that proofs are checked with needs no build.
finish() {
  cp "$here/verify.html" "$build/dist/verify.html"
  exit 0
}
small_page() {
  rm -rf "$build/dist"
  cp -R "$here/small" "$build/dist"
  finish
}

rm -f "$build/no-registry" "$build/package-lock.json"
[ "$mode" = OFF ] && small_page

rm -rf "$app/src" "$app/plugins" "$app/beside"
cp -R "$here/app/src" "$here/app/plugins" "$app"
cp "$here/app/index.html" "$here/app/package.json" "$here/app/tsconfig.json" "$here/app/vite.config.js" "$here/app/.npmrc" "$app"
mkdir "$app/beside"
cp "$root/node/ledger/codes.def" "$root/node/ledger/ledger.proto" "$here/verify.html" "$app/beside"

cd "$app"
if ! cmp -s "$here/app/package-lock.json" package-lock.json || [ ! -e node_modules/.package-lock.json ]; then
  cp "$here/app/package-lock.json" .
  rm -rf node_modules
  if ! npm ci --fetch-retries 1 --fetch-timeout 30000 >npm.log 2>&1; then
    cat npm.log >&2
    rm -rf node_modules
    [ "$mode" = ON ] && exit 1
    echo "WARNING: the console's npm packages could not be fetched: quipud gets a small page instead; run cmake again to retry" >&2
    touch "$build/no-registry"
    small_page
  fi
fi
node node_modules/vite/bin/vite.js build --logLevel warn --outDir "$build/dist" --emptyOutDir
cp package-lock.json "$build"
finish
