#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the files of a folder as a C++ source that node/console/files.h describes.

A page's Content-Security-Policy lets in what comes from the node that served it, and the very scripts and styles that
stand in the page, by their hashes.
Usage: embed.py FOLDER OUT.cpp
"""
import base64
import gzip
import hashlib
import os
import re
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json"}
PER_LINE = 120


def hashes(page, element):
    found = re.findall(rf"<{element}>(.*?)</{element}>", page, re.S)
    return "".join(f" 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in found)


def policy(path, content):
    if not path.endswith(".html"):
        return ""
    page = content.decode()
    return ("default-src 'none'; script-src 'self'" + hashes(page, "script") + "; style-src 'self'" + hashes(page, "style") +
            "; require-trusted-types-for 'script'; trusted-types 'none'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


def literal(content):
    """Octal escapes are three digits long, so that what follows cannot be taken into them."""
    lines = []
    for at in range(0, len(content), PER_LINE):
        piece = content[at:at + PER_LINE]
        # No question marks: two of them begin a trigraph.
        plain = lambda byte: 32 <= byte < 127 and chr(byte) not in "\"\\?"
        lines.append('"' + "".join(chr(byte) if plain(byte) else f"\\{byte:03o}" for byte in piece) + '"')
    return "\n".join(lines) or '""'


def entry(folder, path):
    with open(os.path.join(folder, path), "rb") as file:
        content = file.read()
    small = gzip.compress(content, 9, mtime=0)
    if len(small) >= len(content):
        small = b""
    tag = hashlib.sha256(content).hexdigest()[:32]
    kind = TYPES[os.path.splitext(path)[1]]
    text = lambda value: literal(value.encode())
    view = lambda value: f"{{{literal(value)}, {len(value)}}}"
    return f"{{{text(path)}, {text(kind)}, {text(policy(path, content))}, {text(tag)},\n{view(content)},\n{view(small)}}},\n"


def main():
    folder, out = sys.argv[1:]
    paths = sorted(os.path.relpath(os.path.join(where, name), folder).replace(os.sep, "/")
                   for where, _, names in os.walk(folder) for name in names)
    with open(out, "w", encoding="ascii") as source:
        source.write("// Written by node/console/embed.py.\n#include \"node/console/files.h\"\n\nnamespace quipu::console {\n\n"
                     "std::span<const File> files() {\n  static constexpr File kFiles[] = {\n")
        source.writelines(entry(folder, path) for path in paths)
        source.write("};\n  return kFiles;\n}\n\n}  // namespace quipu::console\n")


main()
