#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of ours in the pages names a subcommand and options that its program has, as its --help says.

Nothing is run but --help: what these commands need (keys of an operator, a file, a cluster of countries) is not here.
Usage: options.py PROGRAMS PAGE ...
"""
import functools
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import page


@functools.cache
def help_of(programs, name, path):
    done = subprocess.run([os.path.join(programs, name), *path, "--help"], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def subcommands(text):
    return set(re.findall(r"^  ([a-z][a-z-]*) ", text.partition("ubcommands:")[2] or text.partition("SUBCOMMANDS:")[2], re.M))


def options(text):
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text))


def faults(programs, words):
    name, *rest = words
    rest = rest[:next((i for i, word in enumerate(rest) if word in ("|", ">", "<", "&&", ";", ">>")), len(rest))]
    path, known = (), options(help_of(programs, name, ()))
    if rest and not rest[0].startswith("-") and rest[0] not in subcommands(known_text := help_of(programs, name, ())):
        if subcommands(known_text):
            return [f"{name} has no subcommand {rest[0]}"]
    for word in rest:
        if word in subcommands(help_of(programs, name, path)):
            path += (word,)
            known |= options(help_of(programs, name, path))
    if path and subcommands(help_of(programs, name, path)) and "--help" not in rest:
        return [f"{' '.join((name, *path))} has no such subcommand: {' '.join(rest)}"]
    return [f"{' '.join((name, *path))} has no option {word}" for word in rest
            if word.startswith("--") and word.partition("=")[0] not in known]


def main():
    programs, *pages = sys.argv[1:]
    count, found = 0, []
    for path in pages:
        for number, words in page.ours(path):
            count += 1
            found += [f"{path}:{number}: {fault}" for fault in faults(programs, words)]
    print("\n".join(found + [f"{count} commands: {len(found)} faults"]))
    sys.exit(1 if found or count == 0 else 0)


main()
