#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests that pages name must be there, so that a page never claims what nothing checks.

docs/bugs-elsewhere.md: table rows numbered from 1 without a gap. In a row, `tests/x_test.cpp` followed by other words in
backticks says that each of these is part of the name of a test in that file. A row without any says "not yet" or "nothing
to test", and why.
docs/protocol.md: each rule, a line that begins `- **R1 `, is a comment somewhere in consensus/ and begins a test's name.
Usage: named_tests.py ROOT
"""
import os
import re
import sys

import tree

BUGS, RULES = "docs/bugs-elsewhere.md", "docs/protocol.md"
CASE = re.compile(r'\bTEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
SPAN = re.compile(r"`([^`]+)`")
ROW = re.compile(r"^\| (\d+) ")
RULE = re.compile(r"^- \*\*(R\d+) ")


def names(root, path):
    text = "\n".join(tree.lines(root, path))
    return ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', case[1])) for case in CASE.finditer(text)]


def check_row(root, number, row, say):
    file, found = None, 0
    for span in SPAN.findall(row):
        if span.startswith("tests/"):
            file = span if os.path.exists(os.path.join(root, span)) else None
            if file is None:
                say.add(BUGS, number, f"{span} is not there")
        elif file and file.endswith(".cpp"):
            found += 1
            if not any(span in name for name in names(root, file)):
                say.add(BUGS, number, f"{file} has no test named {span}")
    if not found and "not yet: " not in row and "nothing to test: " not in row:
        say.add(BUGS, number, "names no test and does not say why")
    return found


def check_rows(root, say):
    count, last = 0, 0
    for number, line in enumerate(tree.lines(root, BUGS), 1):
        row = ROW.match(line)
        if not row:
            continue
        if int(row[1]) != last + 1:
            say.add(BUGS, number, f"row {row[1]} follows row {last}")
        last = int(row[1])
        count += check_row(root, number, line, say)
    if last == 0:
        say.add(BUGS, 1, "has no rows")
    return count


def check_rules(root, say):
    code = "\n".join(line.partition("//")[2] for path in tree.files(root, tops=["consensus"]) for line in tree.lines(root, path))
    tests = [name for path in tree.files(root, (".cpp",), ["tests/consensus"]) for name in names(root, path)]
    count = 0
    for number, line in enumerate(tree.lines(root, RULES), 1):
        rule = RULE.match(line)
        if not rule:
            continue
        count += 1
        if not re.search(rf"\b{rule[1]}\b", code):
            say.add(RULES, number, f"{rule[1]} is no comment in consensus/")
        if not any(name.startswith(rule[1] + " ") for name in tests):
            say.add(RULES, number, f"{rule[1]} begins no test's name")
    if count == 0:
        say.add(RULES, 1, "has no rules")
    return count


def main():
    root = sys.argv[1]
    say = tree.Findings()
    tests = check_rows(root, say)
    rules = check_rules(root, say)
    say.finish(f"{tests} tests named for bugs elsewhere, {rules} rules")


main()
