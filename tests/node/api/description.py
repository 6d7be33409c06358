#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What docs/openapi.yaml says and the code must agree on: the routes, the codes, the messages of the schemas.

Usage: description.py ROOT            compares
       description.py ROOT --write    writes the part of the page that is made from the code
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strangers", "browser"))
import schema

PAGE = "docs/openapi.yaml"
MARK = "    # Written by tests/node/api/description.py"
REF = re.compile(r"#/components/schemas/(\w+)")
CODE = re.compile(r"^CODE\(\w+, (\w+), (\w+),", re.M)
# A YAML reader may take these for booleans.
WORDS = {"on", "off", "yes", "no"}
NO_REFUSAL = {"recognition", "block"}  # families of codes that answer questions, or that only nodes see
SCALARS = {"string": "{type: string}", "bytes": "{type: string, contentEncoding: base64}", "bool": "{type: boolean}",
           "uint32": "{type: integer, minimum: 0}", "sint32": "{type: integer}",
           "uint64": "{type: string, pattern: '^[0-9]+$'}"}


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


# ------------------------------------------------------------------ routes

def routes_of_code(root):
    return set(re.findall(r'\{"([A-Z]+)", "([^"]*)", \w', read(root, "node/http/routes.cpp")))


def routes_of_page(page):
    found, path = set(), None
    for line in page.splitlines():
        if line.startswith("  /") and line.endswith(":"):
            path = re.sub(r"\{\w+\}", "{}", line.strip()[1:-1])
        elif path is not None and re.fullmatch(r"    (get|post|put|patch|delete):", line):
            found.add((line.strip()[:-1].upper(), path))
        elif "x-quipu-many-segments: true" in line:
            found.remove(("GET", path))
            found.add(("GET", path.replace("{}", "**")))
        elif line.startswith("components:"):
            break
    return found


# ------------------------------------------------------------ what is written

def codes(root):
    rules = CODE.findall(read(root, "node/ledger/codes.def"))
    api = re.findall(r'return \{\d+, "([A-Z_]+)"', read(root, "node/http/json_answer.cpp"))
    return {"ApiCode": ("The API''s own.", api),
            "RuleCode": ("Of the rules (docs/rules.md).", [name for name, family in rules if family not in NO_REFUSAL]),
            "Reason": ("Why, or why not (docs/rules.md).", [name for name, family in rules if family == "recognition"])}


def choices(root):
    """The fields of each message that exclude one another."""
    found = {}
    for path in schema.SCHEMAS:
        text = re.sub(r"//[^\n]*", "", read(root, path))
        for name, body in re.findall(r"\bmessage\s+(\w+)\s*\{(?:[^{}]|\{[^{}]*\})*?\boneof\s+\w+\s*\{([^{}]*)\}", text):
            found[name] = re.findall(r"\w+\s+(\w+)\s*=", body)
    return found


def enumeration(name, description, values):
    lines = [f"    {name}:", "      type: string"] + ([f"      description: '{description}'"] if description else [])
    return lines + ["      enum:"] + [f"        - {value}" for value in values]


def kind_of(kind, many):
    one = SCALARS.get(kind) or f"{{$ref: '#/components/schemas/{kind}'}}"
    return f"{{type: array, items: {one}}}" if many else one


def message(name, fields, excluding):
    lines = [f"    {name}:", "      type: object", "      properties:"]
    for field, kind, *many in fields.values():
        quoted = f"'{field}'" if field in WORDS else field
        lines.append(f"        {quoted}: {kind_of(kind, many)}")
    return lines + (["      oneOf:"] + [f"        - required: [{field}]" for field in excluding] if excluding else [])


def reachable(names, messages):
    wanted, seen = sorted(names), set()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            wanted += [kind for _, kind, *_ in messages.get(name, {}).values() if kind not in SCALARS]
    return sorted(seen)


def written(root, by_hand):
    messages, enums = schema.declared(root)
    excluding = choices(root)
    lines = []
    for name, (description, values) in codes(root).items():
        lines += enumeration(name, description, values)
    lines += enumeration("StatementKind", "The name of an event''s statement.", excluding["Event"])
    wanted = {name for name in REF.findall(by_hand) if name in messages or name in enums}
    for name in reachable(wanted, messages):
        if name in enums:
            lines += enumeration(name, "", [value for number, value in enums[name].items() if number != "0"])
        else:
            lines += message(name, messages[name], excluding.get(name, []))
    return "\n".join(lines) + "\n"


def main():
    root = sys.argv[1]
    page = read(root, PAGE)
    by_hand, mark, rest = page.partition(MARK)
    first, _, made = rest.partition("\n")
    if "--write" in sys.argv:
        with open(os.path.join(root, PAGE), "w", encoding="utf-8") as file:
            file.write(by_hand + mark + first + "\n" + written(root, by_hand))
        return
    of_code, of_page = routes_of_code(root), routes_of_page(by_hand)
    faults = [f"{PAGE} does not describe {method} /{path}" for method, path in sorted(of_code - of_page)]
    faults += [f"{PAGE} describes {method} /{path}, which no node answers" for method, path in sorted(of_page - of_code)]
    if made != written(root, by_hand):
        faults.append(f"{PAGE} is behind the code and the schemas: run {sys.argv[0]} {root} --write")
    if faults or not of_code:
        sys.exit("\n".join(faults) or "no routes found")
    print(f"{len(of_code)} routes as in the table")


main()
