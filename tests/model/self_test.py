#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that check.py can fail: searches that were cut short, other errors than a fork, other sizes, no Spin; and that
docs/model.md names every configuration and its size.

Usage: self_test.py
"""
import os
import subprocess
import sys
import tempfile

import check

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "docs", "model.md")
NAMED = {configuration.name: configuration for configuration in check.CONFIGURATIONS}

# what is done to the search, of which configuration, its further arguments and limits, the verdict
SPOILT = [
    ("nothing", "base", [], {}, check.SAFE),
    ("too little depth", "base", [], {"depth": 20}, "max search depth too small"),
    ("too little memory", "three_hostile_leaders", [], {"memory_mib": 150}, "reached -DMEMLIM bound"),
    ("the end is no valid one", "base", ["-Dend=stuck"], {}, "invalid end state (at depth"),
    ("another assertion", "no_skip_check", ["-Dforked=other"], {}, "another error than a fork, or an end before the end"),
    ("no verifier", "base", ["-DVIEWS=9"], {}, "no search was made"),
]


def verdict_of(name, arguments, limits):
    with tempfile.TemporaryDirectory() as folder:
        return check.judge(check.search(NAMED[name].defines() + arguments, folder, **limits))[0]


def spoilt_searches():
    for what, name, arguments, limits, wanted in SPOILT:
        verdict = verdict_of(name, arguments, limits)
        if verdict != wanted:
            yield f"{what}: the verdict should be '{wanted}' and is '{verdict}'"


def spoilt_outcomes():
    base, fault = NAMED["base"], NAMED["no_skip_check"]
    if check.complaint(base, check.SAFE, base.states) or check.complaint(fault, check.FORKS, 1):
        yield "what is expected is complained of"
    if not check.complaint(base, check.FORKS, base.states) or not check.complaint(fault, check.SAFE, 1):
        yield "a wrong verdict passes"
    if not check.complaint(base, check.SAFE, base.states - 1):
        yield "a smaller search passes"


def without_spin():
    done = subprocess.run([sys.executable, "-B", os.path.join(HERE, "check.py")], capture_output=True, text=True,
                          env={**os.environ, "PATH": "/nonexistent"})
    if done.returncode == 0 or "spin is not installed" not in done.stderr:
        yield f"without spin: {done.returncode} {done.stdout}{done.stderr}"


def page():
    with open(PAGE, encoding="utf-8") as file:
        rows = [line for line in file if line.startswith("|")]
    for configuration in check.CONFIGURATIONS:
        size = f"{configuration.states:,}" if configuration.verdict == check.SAFE else configuration.verdict
        if not any(f"`{configuration.name}`" in row and size in row for row in rows):
            yield f"docs/model.md has no row with `{configuration.name}` and {size}"


def main():
    check.tools()
    wrong = [*spoilt_searches(), *spoilt_outcomes(), *without_spin(), *page()]
    for line in wrong:
        print(line)
    print(f"{len(wrong)} faults not found")
    sys.exit(1 if wrong else 0)


main()
