#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a reader of the text can see: licence lines, leftovers, paths of somebody's machine, long files, long functions,
hash maps where order matters, calls that have one place.

A function has at most 70 lines from its opening line to its closing brace. long_functions.txt lists those that are longer
today, each with its length: a number there may only shrink, and a function that got shorter must be lowered or struck.
Usage: text.py ROOT
"""
import os
import re
import sys

import tree

MAX_FILE, MAX_FUNCTION = 700, 70
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
MERGE = re.compile(r"(<{7}|>{7}) ")
MACHINE = re.compile(r"(?<![\w.])/(home|root|work|Users|tmp|mnt)/\w")
HASHED = re.compile(r"\bstd::unordered_(multi)?(map|set)\b")
PURE = ("crypto/", "consensus/", "node/ledger/", "node/side/", "node/replica/")
# A call, where alone it may stand (beginnings of paths), why (numbers: docs/threats.md). Tests may do as they like.
ONE_PLACE = [
    (r"\bcrypto_sign_verify_detached\b|\bEVP_DigestVerify", "crypto/signature.cpp", "one verify function for all (N9)"),
    (r"\bcrypto_sign_detached\b|\bEVP_DigestSign", "crypto/keys.cpp", "one place where secrets sign"),
    (r"\bJson(String)?ToMessage\b", None, "protobuf's JSON reader is lax: node/ledger/json.h (N10)"),
    (r"(->|\.)Resume\(", None, "after a failed write the process ends (N4)"),
    (r"\bf(data)?sync\(", ("storage/", "crypto/keyfile.cpp", "node/cli/"), "in a node storage alone syncs (N4)"),
]
ONE_PLACE = [(re.compile(call), place, why) for call, place, why in ONE_PLACE]
NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern|if|else|for|while|do|switch|try|catch|case|default)\b|^\s*}")
QUOTED = re.compile(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'|//.*')
SOURCE = (".cpp", ".h")
SCRIPT = (".cpp", ".h", ".py", ".sh", ".cmake", ".proto", ".pml", ".def", ".go", ".mjs", ".js", ".ts", ".tsx", ".css", "CMakeLists.txt")


def check_lines(path, text, say):
    if LICENCE not in text[0] and not (text[0].startswith("#!") and LICENCE in text[1]):
        say.add(path, 1, f"does not begin with {LICENCE}")
    for number, line in enumerate(text, 1):
        if LEFTOVER.search(line):
            say.add(path, number, "a leftover note: do it, or say in docs/ what is missing")
        if MERGE.match(line):
            say.add(path, number, "a mark of a merge that was not finished")
        if MACHINE.search(line) and not path.startswith("tests/"):
            say.add(path, number, "an absolute path of one machine")
        if path.endswith(SOURCE) and path.startswith(PURE) and HASHED.search(line):
            say.add(path, number, "a hash map in a pure folder: its order differs from run to run; use an ordered one")
        for call, place, why in ONE_PLACE if path.endswith(SOURCE) and not path.startswith("tests/") else []:
            if call.search(line.partition("//")[0]) and not (place and path.startswith(place)):
                say.add(path, number, f"{call.search(line)[0]} may not stand here: {why}")
    if path.endswith(SOURCE) and len(text) > MAX_FILE:
        say.add(path, MAX_FILE, f"{len(text)} lines: split it by decision")


def start_of(text, brace):
    """First line of the statement whose opening brace ends line `brace`."""
    first = brace
    while first > 0:
        before = text[first - 1].rstrip()
        if not before or before[-1] in ";{}" or before.lstrip().startswith(("//", "#", "public:", "private:", "protected:")):
            break
        first -= 1
    return first


def closing(text, brace):
    """Line of the brace that closes the one line `brace` ends with."""
    depth = 0
    for number in range(brace, len(text)):
        bare = QUOTED.sub("", text[number])
        depth = 1 if number == brace else depth + bare.count("{") - bare.count("}")
        if depth <= 0:
            return number
    return brace


def functions(text):
    """(name, line, length) of each function and each lambda that stands on its own, by the layout clang-format gives."""
    for brace, line in enumerate(text):
        if not line.rstrip().endswith("{"):
            continue
        first = start_of(text, brace)
        head = " ".join(text[first:brace + 1])
        if NO_FUNCTION.match(text[first]) or "(" not in head:
            continue
        last = closing(text, brace)
        name = re.search(r"([\w:~]+|operator\S+)\s*\(", head)
        yield (name[1] if name else "?"), first + 1, last - first + 1


def read_long(root):
    listed = {}
    path = "tests/tidy/long_functions.txt"
    if os.path.exists(os.path.join(root, path)):
        for number, line in enumerate(tree.lines(root, path), 1):
            if line and not line.startswith("#"):
                source, name, length = line.split()
                listed[source, name] = (int(length), number)
    return path, listed


def check_functions(root, paths, say):
    listing, listed = read_long(root)
    longest = {}
    for path in paths:
        for name, line, length in functions(tree.lines(root, path)):
            if length > MAX_FUNCTION and length > longest.get((path, name), (0, 0))[0]:
                longest[path, name] = (length, line)
    for (path, name), (length, line) in longest.items():
        allowed = listed.get((path, name), (MAX_FUNCTION, 0))[0]
        if length > allowed:
            say.add(path, line, f"{name} has {length} lines, {allowed} are allowed")
    for (path, name), (allowed, number) in listed.items():
        length = longest.get((path, name), (0, 0))[0]
        if length < allowed:
            say.add(listing, number, f"{name} has {length or 'at most ' + str(MAX_FUNCTION)} lines now: lower or strike its number")


def main():
    root = sys.argv[1]
    say = tree.Findings()
    every = tree.files(root, SCRIPT)
    for path in every:
        check_lines(path, tree.lines(root, path), say)
    check_functions(root, [path for path in every if path.endswith(SOURCE)], say)
    say.finish(f"text of {len(every)} files")


main()
