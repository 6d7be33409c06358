#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the packages of a commit twice, in two folders whose names differ in length, and compares them byte for byte.
# Usage: reproduce.sh [COMMIT [PACKAGE ...]]      (default: HEAD and all packages; the folder is made under TMPDIR)
set -eu
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
commit=$(git -C "$root" rev-parse "${1:-HEAD}^{commit}")
[ $# -gt 0 ] && shift
packages=${*:-quipud quipu-tools quipu-audit}
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct "$commit")
export SOURCE_DATE_EPOCH CCACHE_DISABLE=1  # compiled twice indeed, even where ccache stands in for the compiler
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

programs() {
  case $1 in
    quipud) echo quipud quipu-signer manual_quipud manual_quipu-signer package_changelog package_example ;;
    quipu-tools) echo quipu quipu-testnet manual_quipu manual_quipu-testnet package_changelog ;;
    quipu-audit) echo quipu-audit manual_quipu-audit package_changelog ;;
    *) echo "no such package: $1" >&2; exit 2 ;;
  esac
}

for place in a much/longer/place; do
  mkdir -p "$work/$place"
  git -C "$root" archive "$commit" | tar x -C "$work/$place"
  (
    cd "$work/$place"
    cmake --preset package >/dev/null
    for package in $packages; do
      # shellcheck disable=SC2046
      cmake --build --preset package-programs --target $(programs "$package")
      sh node/packaging/pack.sh cpack --config build/package/CPackConfig.cmake -D CPACK_COMPONENTS_ALL="$package" >/dev/null
    done
  )
done

status=0
for package in "$work"/a/build/package/packages/*.deb; do
  name=$(basename "$package")
  if cmp "$package" "$work/much/longer/place/build/package/packages/$name"; then
    echo "the same bytes: $name $(sha256sum <"$package" | cut -c 1-64)"
  else
    status=1
    if command -v diffoscope >/dev/null; then diffoscope "$package" "$work/much/longer/place/build/package/packages/$name" || true; fi
  fi
done
exit $status
