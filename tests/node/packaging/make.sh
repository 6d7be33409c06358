#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the packages of a build, without building it, into a folder of the test's own; quickly, so not with xz.
# Usage: make.sh BUILD PACKAGING VERSION FOLDER
set -eu
for tool in dpkg-shlibdeps dpkg-deb; do
  command -v $tool >/dev/null || { echo "SKIPPED: $tool is not installed (package dpkg-dev)"; exit 0; }
done
export SOURCE_DATE_EPOCH=1700000000  # pack_again.sh makes them once more
rm -rf "$4"
sh "$2/pack.sh" cpack --config "$1/CPackConfig.cmake" -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip -B "$4"
python3 -B "$2/sbom.py" "$3" "$4" "$1"
