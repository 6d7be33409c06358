#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The packages of a build, packed again elsewhere, later, by somebody with another umask, time zone and language, are the same bytes as
# those that make.sh made, and tell of no time but the commit's. That the programs compile to the same bytes elsewhere is not seen
# here: compile_again.sh and node/packaging/reproduce.sh do that, by hand.
# Usage: pack_again.sh BUILD PACKAGING FOLDER_OF_PACKAGES FOLDER      (FOLDER: better of another length)
set -eu
build=$1 packaging=$2 first=$3 again=$4
command -v dpkg-shlibdeps >/dev/null || { echo "SKIPPED: dpkg-shlibdeps is not installed (package dpkg-dev)"; exit 0; }
export SOURCE_DATE_EPOCH=1700000000  # as make.sh
rm -rf "$again"
(umask 077 && TZ=America/Lima LC_ALL=C sh "$packaging/pack.sh" cpack --config "$build/CPackConfig.cmake" \
  -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip -B "$again")

status=0
for package in quipud quipu-tools quipu-audit; do
  one=$(echo "$first/$package"_*.deb)
  two=$again/$(basename "$one")
  if ! cmp "$one" "$two"; then
    status=1
    if command -v diffoscope >/dev/null; then diffoscope "$one" "$two" || true; fi
    continue
  fi
  times=$(dpkg-deb --fsys-tarfile "$one" | TZ=UTC tar tv --full-time | awk '{ print $4, $5 }' | sort -u)
  [ "$times" = "2023-11-14 22:13:20" ] || { echo "$package: files tell of other times: $times"; status=1; }
  echo "the same bytes: $(basename "$one") $(sha256sum <"$one" | cut -c 1-64)"
done
exit $status
