#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The completions do what somebody who presses Tab expects.
# Usage: completions.sh FOLDER_OF_COMPLETIONS WORK_FOLDER
set -u
for script in quipu quipud quipu-audit quipu-signer quipu-testnet; do
  # shellcheck disable=SC1090
  source "$1/$script" || exit 1
done
rm -rf "$2" && mkdir -p "$2" && cd "$2" || exit 1
touch 'a list.csv' map.toml
wrong=0

# expect "words offered" PROGRAM WORD ... WORD_BEGUN
expect() {
  local wanted=$1
  shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  "_${1//-/_}"
  local offered
  offered=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd '|')
  if [[ $offered != "$wanted" ]]; then
    echo "$*: offers '$offered', not '$wanted'"
    wrong=1
  fi
}

expect 'key' quipu ke
expect 'new|ready|sequence|show' quipu key ''
expect '--passphrase-file|--purpose' quipu key new --p
expect 'csv|json|text|xlsx' quipu --output ''
expect 'json' quipu-audit verify --output j
expect 'follower|member' quipud init --role ''
expect 'init' quipu-signer ''
expect 'map.toml' quipu import list --map m
expect 'a list.csv|map.toml' quipu import list ''
expect 'a list.csv' quipu --node http://127.0.0.1:8480 import list a
expect '' quipu nonsense-and-nothing
expect 'simulate|status' quipu-testnet s
exit $wrong
