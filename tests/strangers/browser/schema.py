#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The field names that node/console/verify.html knows must be those of the schemas.

Usage: schema.py ROOT            compares
       schema.py ROOT --write    puts the schemas' into the page
"""
import json
import re
import sys

PAGE = "node/console/verify.html"
SCHEMAS = ["node/ledger/ledger.proto", "node/ledger/state.proto"]
ROOTS = ["Submission", "Seal", "CertificateRecord"]
SCALARS = {"string", "bytes", "bool", "uint32", "uint64", "sint32", "sint64", "int32", "int64"}
PLACE = re.compile(r"/\*schema\*/(.*?)/\*end\*/", re.S)


def declared(root):
    """Every message and enum: messages[name] = {number: [field, type, many]}, enums[name] = {number: value}."""
    messages, enums = {}, {}
    for path in SCHEMAS:
        with open(f"{root}/{path}", encoding="utf-8") as file:
            text = re.sub(r"//[^\n]*", "", file.read())
        for kind, name, body in re.findall(r"\b(message|enum)\s+(\w+)\s*\{((?:[^{}]|\{[^{}]*\})*)\}", text):
            if kind == "enum":
                enums[name] = {number: value for value, number in re.findall(r"(\w+)\s*=\s*(\d+)", body)}
                continue
            fields = re.findall(r"(?:\b(repeated)\s+)?\b(\w+)\s+(\w+)\s*=\s*(\d+)\s*;", body)
            messages[name] = {number: [field, kind_of, *([1] if many else [])] for many, kind_of, field, number in fields}
    return messages, enums


def reachable(root):
    messages, enums = declared(root)
    wanted, seen = list(ROOTS), {"messages": {}, "enums": {}}
    while wanted:
        name = wanted.pop()
        if name in SCALARS or name in seen["messages"] or name in seen["enums"]:
            continue
        if name in enums:
            seen["enums"][name] = enums[name]
        else:
            seen["messages"][name] = messages[name]
            wanted += [field[1] for field in messages[name].values()]
    return {kind: dict(sorted(found.items())) for kind, found in seen.items()}


def main():
    root = sys.argv[1]
    path = f"{root}/{PAGE}"
    with open(path, encoding="utf-8") as file:
        page = file.read()
    schema = json.dumps(reachable(root), separators=(",", ":"))
    if "--write" in sys.argv:
        # Lines of a length that an editor can show.
        broken = re.sub(r"\},\"", "},\n\"", schema)
        with open(path, "w", encoding="utf-8") as file:
            file.write(PLACE.sub(lambda _: "/*schema*/" + broken + "/*end*/", page))
        return
    if json.loads(PLACE.search(page).group(1)) != json.loads(schema):
        sys.exit(f"{PAGE} is behind the schemas: run {sys.argv[0]} {root} --write")
    print(f"{len(reachable(root)['messages'])} messages as in the schemas")


if __name__ == "__main__":
    main()
