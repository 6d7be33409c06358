#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The auditor's program must hold no code of storage, network, HTTP, replica or daemon, and open no socket.
# Usage: audit_links.sh PROGRAM
set -eu
found=$(nm -C "$1" | grep -E ' [TtWwBbDdVu] .*(quipu::(storage|net|http|replica|runtime|host|testnet)::|rocksdb::)' | head -5 || true)
sockets=$(nm -D --undefined-only "$1" | grep -E ' (socket|connect|getaddrinfo|accept4?)(@|$)' || true)
if [ -n "$found$sockets" ]; then
  echo "$1 must hold none of this:"
  printf '%s\n' "$found" "$sockets"
  exit 1
fi
own=$(nm -C "$1" | grep -c 'quipu::' || true)
[ "$own" -gt 50 ] || { echo "$1: only $own symbols of ours: stripped, so nothing can be said"; exit 1; }
echo "no storage, network or daemon code among $own symbols of ours"
