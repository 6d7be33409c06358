#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a program's completion for bash from its --help: commands, options, the values of options that list them, and
files for all other values.
Usage: completion.py PROGRAM OUT      (OUT is named as the program)
"""
import os
import sys

import help_text

# $1: the program, whose table the other words are looked up in.
COMPLETE = r"""
FUNCTION() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} at=PROGRAM word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ -n ${FUNCTION_commands[$at $word]+there} ]] && at="$at $word"
  done
  if [[ -n ${FUNCTION_values[$at $before]+there} ]]; then
    COMPREPLY=($(compgen -W "${FUNCTION_values[$at $before]}" -- "$cur"))
    [[ -n ${FUNCTION_values[$at $before]} ]] || FUNCTION_files
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "${FUNCTION_options[$at]}" -- "$cur"))
  elif [[ -n ${FUNCTION_commands[$at]} ]]; then
    COMPREPLY=($(compgen -W "${FUNCTION_commands[$at]}" -- "$cur"))
  else
    FUNCTION_files
  fi
}
FUNCTION_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
complete -F FUNCTION PROGRAM
"""


def table(name, rows):
    lines = [f"  [{quoted(key)}]={quoted(' '.join(words))}" for key, words in rows]
    return f"declare -gA {name}=(\n" + "\n".join(lines) + "\n)\n"


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def script(program):
    name = program.words[0]
    function = "_" + name.replace("-", "_")
    every = list(program.all())
    commands = [(" ".join(c.words), [below.words[-1] for below in c.commands]) for c in every]
    options = [(" ".join(c.words), [n for option in c.options for n in option.names if n.startswith("--")]) for c in every]
    values = [(" ".join([*c.words, n]), option.choices)
              for c in every for option in c.options if option.takes_value for n in option.names]
    body = COMPLETE.replace("FUNCTION", function).replace("PROGRAM", name)
    return (f"# Completion of {name} for bash, made from --help by completion.py.\n" + table(function + "_commands", commands) +
            table(function + "_options", options) + table(function + "_values", values) + body)


def main():
    program, path = sys.argv[1:]
    with open(path, "w", encoding="utf-8") as file:
        file.write(script(help_text.read(program, os.path.basename(path))))


if __name__ == "__main__":
    main()
