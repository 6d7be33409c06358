#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every worked value in docs/formats.md must stand in a test, so that the page cannot go stale.

A worked value is a line of a block fenced with ```bytes: a name, a colon, hex (spaces allowed). The hex must occur in the
sources of tests/, where string literals that follow one another count as one, or in the vectors of tests/vectors.
Usage: worked_bytes.py ROOT
"""
import re
import sys

import tree

PAGE = "docs/formats.md"


def joined_literals(root):
    """All tests as one text in which "ab" "cd" reads abcd; comments between the pieces are passed over."""
    text = "\n".join("\n".join(tree.lines(root, path)) for path in tree.files(root, (".cpp", ".h"), ["tests"]))
    return re.sub(r'"\s*(//[^\n]*\n\s*)*"', "", text)


def vectors(root):
    return "\n".join("\n".join(tree.lines(root, path)) for path in tree.files(root, (".json",), ["tests/vectors"]))


def worked(root):
    inside = False
    for number, line in enumerate(tree.lines(root, PAGE), 1):
        if line.startswith("```"):
            inside = line == "```bytes"
        elif inside and line.strip():
            name, _, value = line.rpartition(":")
            yield number, name.strip(), value.replace(" ", "")


def main():
    root = sys.argv[1]
    say = tree.Findings()
    tests = joined_literals(root) + vectors(root)
    count = 0
    for number, name, value in worked(root):
        count += 1
        if not re.fullmatch(r"([0-9a-f]{2})+", value):
            say.add(PAGE, number, f"{name}: not hex: {value}")
        elif value not in tests:
            say.add(PAGE, number, f"{name}: no test has {value}")
    if count == 0:
        say.add(PAGE, 1, "has no ```bytes block")
    say.finish(f"{count} worked values")


main()
