#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing to build Quipu on Debian 12. `sh testnet/install.sh tests` adds what only the tests use.
set -eu

build="g++ cmake ninja-build ccache mold pkg-config git
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libjemalloc-dev libsodium-dev libssl-dev librocksdb-dev
  libprotobuf-dev protobuf-compiler catch2 libcli11-dev libspdlog-dev libtomlplusplus-dev libpugixml-dev libzip-dev zlib1g-dev
  libxlsxwriter-dev libpq-dev prometheus-cpp-dev libbenchmark-dev python3 curl
  dpkg-dev file"
tests="clang-tools-19 clang-format-19 spin golang-go golang-golang-x-mod-dev chromium groff-base postgresql"
# For the console. A node that is there already, from wherever, will do.
command -v npm >/dev/null || build="$build nodejs npm"

wanted=$build
[ "${1:-}" = tests ] && wanted="$wanted $tests"

missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
promtool=""
[ "${1:-}" = tests ] && { command -v promtool >/dev/null || promtool=wanted; }
[ -z "$missing$promtool" ] && exit 0

if dpkg-query -W -f='${Status}' libboost1.74-dev 2>/dev/null | grep -q 'install ok installed'; then
  echo "libboost1.74-dev is installed and excludes libboost1.81-dev, which Quipu needs: remove it first" >&2
  echo "  apt-get remove libboost1.74-dev" >&2
  exit 1
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "run as root, or install:$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "Installing:$missing${promtool:+ promtool}"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086
[ -z "$missing" ] || $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null

# The program that checks rules, alone: Debian's package would start a Prometheus.
if [ -n "$promtool" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  (cd "$folder" && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb .)
  $as_root install -m 0755 "$folder/usr/bin/promtool" /usr/local/bin/promtool
fi
