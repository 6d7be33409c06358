#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails when a source contains a co_await form that g++ 12 miscompiles (coroutine_forms.cq). Also checks, on a sample that
# has every such form, that the query still finds them.
# Usage: coroutine_forms.sh [source directory [include directory ...]]     about 10 s per file
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=${1:-$(cd "$here/../.." && pwd)}
[ $# -gt 0 ] && shift

query=clang-query-19
if ! command -v "$query" > /dev/null; then
  echo "SKIPPED: $query is not installed (package clang-tools-19)"
  exit 0
fi

flags="-std=c++23 -I$root"
for directory in "$@"; do flags="$flags -I$directory"; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints the report of one file; fails when it does not compile.
ask() {
  # shellcheck disable=SC2086
  "$query" -f "$here/coroutine_forms.cq" "$1" -- $flags > "$work/report" 2>&1 || true
  if grep -q 'error:' "$work/report"; then
    cat "$work/report"
    echo "$1: clang cannot read it, so nothing is known about it"
    exit 1
  fi
}

findings() { grep -c 'binds here' "$work/report" || true; }

ask "$here/coroutine_forms_sample.cpp"
wanted=$(grep -c '// wrong' "$here/coroutine_forms_sample.cpp")
found=$(sed -n 's/.*coroutine_forms_sample.cpp:\([0-9]*\):.*binds here.*/\1/p' "$work/report" | sort -u | wc -l)
if [ "$found" -ne "$wanted" ]; then
  cat "$work/report"
  echo "the query finds $found of $wanted wrong forms in coroutine_forms_sample.cpp: mend coroutine_forms.cq first"
  exit 1
fi

bad=0
checked=0
for file in $(grep -rl --include='*.cpp' 'co_await' "$root/node" "$root/testnet" | sort); do
  ask "$file"
  checked=$((checked + 1))
  if [ "$(findings)" -ne 0 ]; then
    cat "$work/report"
    bad=$((bad + 1))
  fi
done
echo "$checked files with co_await, $bad with a form that g++ 12 miscompiles"
[ "$bad" -eq 0 ]
