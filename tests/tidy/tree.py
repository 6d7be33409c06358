# SPDX-License-Identifier: Apache-2.0
"""The source tree as the checks of this folder see it: which files are ours, and findings that name file and line."""
import os
import sys

TOPS = ["crypto", "consensus", "storage", "node", "testnet", "tests"]
SKIPPED = {"build", "node_modules", "__pycache__"}


def files(root, endings=(".cpp", ".h"), tops=TOPS):
    """Paths relative to the root, sorted."""
    found = []
    for top in tops:
        for folder, inner, names in os.walk(os.path.join(root, top)):
            inner[:] = sorted(name for name in inner if name not in SKIPPED)
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names if name.endswith(endings)]
    return sorted(found)


def lines(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read().split("\n")


class Findings:
    """Collects findings; the program's exit code says whether there were any."""

    def __init__(self):
        self.said = []

    def add(self, path, line, text):
        self.said.append(f"{path}:{line}: {text}")

    def finish(self, what):
        for text in self.said:
            print(text)
        print(f"{what}: {len(self.said)} findings")
        sys.exit(1 if self.said else 0)
