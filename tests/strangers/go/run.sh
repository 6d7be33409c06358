#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs Go on this folder with Debian's copy of golang.org/x/mod; nothing is fetched.
# Usage: run.sh CACHE {run .|test} ARGUMENT ...
set -eu
gocode=/usr/share/gocode
if ! command -v go >/dev/null; then
  echo "SKIPPED: go is not installed (package golang-go)"
  exit 0
fi
if [ ! -d $gocode/src/golang.org/x/mod/sumdb/tlog ]; then
  echo "SKIPPED: golang.org/x/mod is not installed (package golang-golang-x-mod-dev)"
  exit 0
fi
export GO111MODULE=off GOPATH=$gocode GOPROXY=off GOFLAGS= GOCACHE="$1"
shift
cd "$(dirname "$0")"
exec go "$@"
