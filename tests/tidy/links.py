#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every file that our pages name must be there: links between pages, and paths in backticks.

A path in backticks counts when it begins with a folder of the tree (`node/host/host.cpp`, `consensus/`). A trailing `*` or
`<name>` stands for anything.
Usage: links.py ROOT
"""
import glob
import os
import re
import sys

import tree

LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")
PATH = re.compile(r"`((?:" + "|".join(tree.TOPS) + r"|docs)/[\w./*<>-]*)`")


def pages(root):
    return ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] + tree.files(root, (".md",), ["docs"])


def exists(root, path):
    pattern = os.path.join(root, re.sub(r"<[^>]*>", "*", path).rstrip("/"))
    return bool(glob.glob(pattern))


def main():
    root = sys.argv[1]
    say = tree.Findings()
    count = 0
    for page in pages(root):
        if not os.path.exists(os.path.join(root, page)):
            say.add(page, 1, "is not there")
            continue
        for number, line in enumerate(tree.lines(root, page), 1):
            near = [os.path.join(os.path.dirname(page), link[1]) for link in LINK.finditer(line) if ":" not in link[1]]
            for path in near + [found[1] for found in PATH.finditer(line)]:
                count += 1
                if not exists(root, path):
                    say.add(page, number, f"names {path}, which is not there")
    say.finish(f"{count} files named in pages")


main()
