#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles targets twice as the preset `package` does, in two copies of the sources whose folders' names differ in length, without
# ccache, and compares byte for byte every object, library and program that was made, as it was linked: what debuggers read is in it.
# Usage: compile_again.sh FOLDER TARGET ...      (what is kept in it makes the next run quicker)
set -eu
tree=$(cd "$(dirname "$0")/../../.." && pwd)
for tool in npm node; do
  command -v $tool >/dev/null || { echo "SKIPPED: $tool is not installed, and the package's node has the console"; exit 0; }
done
mkdir -p "$1"
work=$(cd "$1" && pwd)
shift
one=$work/a two=$work/much/longer/place
export CCACHE_DISABLE=1  # compiled twice indeed, even where ccache stands in for the compiler

for place in "$one" "$two"; do  # both before either is compiled: the tree may be worked on meanwhile
  mkdir -p "$place"
  tar c -C "$tree" --exclude=./build --exclude=./.git . | tar x -C "$place"
done
for place in "$one" "$two"; do
  (cd "$place" && cmake --preset package >/dev/null && cmake --build --preset package-programs --target "$@")
done

made() { (cd "$1/build/package" && find . -name '*.o' -o -name '*.a' -o -path './bin/*' | LC_ALL=C sort); }
[ "$(made "$one")" = "$(made "$two")" ] || { echo "WRONG: one folder has files that the other has not"; exit 1; }
same=0 others=0
for file in $(made "$one"); do
  if cmp "$one/build/package/$file" "$two/build/package/$file"; then
    same=$((same + 1))
  else
    others=$((others + 1))
    if command -v diffoscope >/dev/null; then diffoscope "$one/build/package/$file" "$two/build/package/$file" || true; fi
  fi
done
for program in "$one"/build/package/bin/*; do
  [ -e "$program" ] || continue
  strip -o "$work/stripped" "$program"
  strip -o "$work/stripped-too" "$two/build/package/bin/$(basename "$program")"
  cmp "$work/stripped" "$work/stripped-too" || others=$((others + 1))
  echo "$(basename "$program") $(sha256sum <"$program" | cut -c 1-64), stripped $(sha256sum <"$work/stripped" | cut -c 1-64)"
done
[ $others -eq 0 ] || { echo "WRONG: $others are other bytes"; exit 1; }
[ $same -gt 0 ] || { echo "WRONG: nothing was made"; exit 1; }
echo "the same bytes: $same objects, libraries and programs"
