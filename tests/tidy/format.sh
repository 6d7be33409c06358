#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails when a source is not laid out as .clang-format says; names each place.
# Usage: format.sh ROOT [FILE ...]      without files: every .cpp and .h of the tree; mend with clang-format-19 -i
set -eu
cd "$1"
shift
if ! command -v clang-format-19 > /dev/null; then
  echo "SKIPPED: clang-format-19 is not installed (package clang-format-19)"
  exit 0
fi
if [ $# -eq 0 ]; then
  find crypto consensus storage node testnet tests \( -name node_modules -o -name build \) -prune -o \
    \( -name '*.cpp' -o -name '*.h' \) -print0 | xargs -0 clang-format-19 --dry-run -Werror
else
  clang-format-19 --dry-run -Werror "$@"
fi
echo "formatted"
