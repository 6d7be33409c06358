#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares every #include and every library link with the table of arrows in ARCHITECTURE.md.

The table is the fenced block that starts with ```arrows; a line `folder: a b` says that folder may use a and b. There is
no list of exceptions. Tests may use everything. Headers must not bring in Asio, Beast, protobuf or RocksDB.
Usage: arrows.py ROOT
"""
import os
import re
import sys

import tree

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
HEAVY = re.compile(r"boost/(asio|beast)|asio\.hpp|google/protobuf|\.pb\.h$|^rocksdb/|^openssl/|^spdlog/|^prometheus/|^CLI/|^toml")
NAMELESS = {"util", "utils", "common", "misc", "helpers"}


def read_table(root):
    table, inside = {}, False
    for line in tree.lines(root, "ARCHITECTURE.md"):
        if line.startswith("```"):
            inside = line == "```arrows"
        elif inside and line.strip():
            folder, _, allowed = line.partition(":")
            table[folder.strip()] = set(allowed.split())
    return table


def folder_of(path, folders):
    """The longest folder of the table that holds the path."""
    holding = [folder for folder in folders if path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def check_table(table, say):
    if not table:
        say.add("ARCHITECTURE.md", 1, "has no ```arrows block")
    for folder, allowed in table.items():
        for other in sorted(allowed - set(table)):
            say.add("ARCHITECTURE.md", 1, f"the arrows of {folder} name {other}, which is no folder of the table")
    for start in table:  # a cycle would make two folders one
        reached, new = set(), {start}
        while new:
            reached |= new
            new = set().union(*(table.get(folder, set()) for folder in new)) - reached
            if any(start in table.get(folder, set()) for folder in reached):
                say.add("ARCHITECTURE.md", 1, f"the arrows lead from {start} back to {start}")
                break


def check_includes(root, table, say):
    for path in tree.files(root):
        mine = folder_of(path, table)
        if mine is None and not path.startswith("tests/"):
            say.add(path, 1, "lies in no folder of the table in ARCHITECTURE.md")
        for number, line in enumerate(tree.lines(root, path), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            quoted, target = found[1] == '"', found[2]
            if path.endswith(".h") and HEAVY.search(target) and not path.startswith("tests/"):
                say.add(path, number, f"a header includes {target}: forward declare it, or hide it in the .cpp")
            other = folder_of(target, table) if quoted else None
            if mine and other and other != mine and other not in table[mine]:
                say.add(path, number, f"{mine} must not use {other} ({target})")
            if mine and quoted and target.startswith("tests/"):
                say.add(path, number, f"{mine} must not use the tests ({target})")


def check_links(root, table, say):
    """A library's own links (quipu_library, target_link_libraries) must be arrows too."""
    makefiles = tree.files(root, ("CMakeLists.txt",), [top for top in tree.TOPS if top != "tests"])
    owner = {}
    for path in makefiles:
        folder = folder_of(path, table)
        for name in re.findall(r"(?:quipu_library|quipu_proto_library|add_executable)\(\s*([\w-]+)", "\n".join(tree.lines(root, path))):
            owner[name] = folder
    for path in makefiles:
        mine = folder_of(path, table)
        for number, line in enumerate(tree.lines(root, path), 1):
            for name in re.findall(r"quipu_\w+", line.partition("#")[0]):
                other = owner.get(name)
                if mine and other and other != mine and other not in table[mine]:
                    say.add(path, number, f"{mine} must not link {name} of {other}")


def check_names(root, say):
    for path in tree.files(root):
        for part in os.path.dirname(path).split("/"):
            if part in NAMELESS:
                say.add(path, 1, f"a folder called {part} says nothing about what is in it")


def main():
    root = sys.argv[1]
    say = tree.Findings()
    table = read_table(root)
    check_table(table, say)
    check_includes(root, table, say)
    check_links(root, table, say)
    check_names(root, say)
    say.finish(f"arrows of {len(table)} folders")


main()
