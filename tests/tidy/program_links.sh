#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A program must hold no code of the namespaces that it has no business with, and call none of the functions named.
# Usage: program_links.sh PROGRAM NAMESPACES [FUNCTIONS]      (both are alternatives, as in `net|http`)
set -eu
found=$(nm -C "$1" | grep -E " [TtWwBbDdVu] .*($2)::" | head -5 || true)
calls=
[ -z "${3:-}" ] || calls=$(nm -D --undefined-only "$1" | grep -E " ($3)(@|\$)" || true)
if [ -n "$found$calls" ]; then
  echo "$1 must hold none of this:"
  printf '%s\n' "$found" "$calls"
  exit 1
fi
own=$(nm -C "$1" | grep -c 'quipu::' || true)
[ "$own" -gt 50 ] || { echo "$1: only $own symbols of ours: stripped, so nothing can be said"; exit 1; }
echo "nothing of $2 among $own symbols of ours"
