#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs node in BUILD, where set_up.sh put the checks and their packages.
# Usage: run.sh BUILD ARGUMENT ...
set -eu
cd "$1"
shift
if [ ! -e node_modules/.package-lock.json ]; then
  echo "SKIPPED: the npm packages could not be fetched: see the test \"packages of Node are fetched\""
  exit 0
fi
exec node "$@"
