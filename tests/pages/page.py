# SPDX-License-Identifier: Apache-2.0
"""The commands that a page shows, with what it shows of their output."""
import re
import shlex

PROGRAMS = ("quipu", "quipud", "quipu-audit", "quipu-signer", "quipu-testnet")
FENCE = re.compile(r"^```(\w*)\s*$")


def blocks(path):
    """(line number, line) of each fenced block."""
    block = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            if FENCE.match(line):
                if block is not None:
                    yield block
                block = [] if block is None else None
            elif block is not None:
                block.append((number, line))


def shown(path):
    """(line number, command, lines shown below it) of each `$ ` in a fenced block."""
    for block in blocks(path):
        found = []
        for number, line in block:
            if line.startswith("$ "):
                found.append((number, line[2:], []))
            elif found:
                found[-1][2].append(line)
        yield from found


def ours(path):
    """(line number, words) of each command in a fenced or an indented block that begins with a program of ours."""
    with open(path, encoding="utf-8") as file:
        indented = [(number, line[4:]) for number, line in enumerate(file.read().split("\n"), 1) if line.startswith("    ")]
    for number, line in [pair for block in blocks(path) for pair in block] + indented:
        line = line.removeprefix("$ ")
        name = line.split(" ", 1)[0].rsplit("/", 1)[-1]
        if name not in PROGRAMS or line.startswith("quipu:"):
            continue
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        yield number, [name, *words[1:]]
