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

PAGE, PROSE = "docs/openapi.yaml", "docs/api.md"
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

ROUTE = re.compile(r'\{"([A-Z]+)", "([^"]*)", (k\w+), (?:at_once<)?(\w+)')
ROLES = re.compile(r"constexpr Roles (k\w+) = \{([^}]*)\};")
TAKES = re.compile(r"call\.unexpected\(\s*\{([^}]*)\}\)")
SHARED = re.compile(r"\$ref: '#/components/parameters/(\w+)'")
NAMED = re.compile(r"\bname: '?([\w-]+)'?,? *\n? *in: (\w+)")


def handlers(root):
    """Which query parameters each function takes that answers a route."""
    found = {}
    folder = os.path.join(root, "node/http")
    for name in sorted(os.listdir(folder)):
        if name.startswith("routes") and name.endswith(".cpp"):
            for function, body in re.findall(r"^\w+ (\w+)\(const Call& call\b.*?\{\n(.*?)^\}", read(root, f"node/http/{name}"), re.M | re.S):
                found[function] = {each for names in TAKES.findall(body) for each in re.findall(r'"(\w+)"', names)}
    return found


def routes_of_code(root):
    """{(method, pattern): (query parameters, roles that open it)}"""
    takes, table = handlers(root), read(root, "node/http/routes.cpp")
    roles = {name: {each.lower() for each in re.findall(r"Role::k(\w+)", text)} for name, text in ROLES.findall(table)}
    return {(method, pattern): (takes.get(function, set()), roles.get(who, set()))
            for method, pattern, who, function in ROUTE.findall(table)}


def operations(by_hand):
    """(method, path, text) of each operation on the page."""
    paths, _, _ = by_hand.partition("\ncomponents:")
    for path, methods in re.findall(r"^  /(\S*):\n((?:    .*\n)*)", paths + "\n", re.M):
        for method, text in re.findall(r"^    (get|post|put|patch|delete):\n((?:      .*\n)*)", methods, re.M):
            yield method.upper(), path, text


def routes_of_page(by_hand):
    _, _, components = by_hand.partition("\n  parameters:\n")
    shared = {name: NAMED.search(text).groups() for name, text in
              re.findall(r"^    '?(\w+)'?:((?: .*)?\n(?:      .*\n)*)", components.partition("\n  headers:")[0] + "\n", re.M)}
    found = {}
    for method, path, text in operations(by_hand):
        many = "x-quipu-many-segments: true" in text
        named = NAMED.findall(text) + [shared[name] for name in SHARED.findall(text)]
        roles = set(re.findall(r"\{bearer: \[(\w+)\]\}", text))
        found[method, re.sub(r"\{\w+\}", "**" if many else "{}", path)] = {name for name, place in named if place == "query"}, roles
    return found


def faults_of_routes(of_code, of_page):
    for method, path in sorted(of_code.keys() - of_page.keys()):
        yield f"{PAGE} does not describe {method} /{path}"
    for method, path in sorted(of_page.keys() - of_code.keys()):
        yield f"{PAGE} describes {method} /{path}, which no node answers"
    for method, path in sorted(of_code.keys() & of_page.keys()):
        (takes, opens), (described, let_in) = of_code[method, path], of_page[method, path]
        for name in sorted(takes ^ described):
            yield f"{PAGE}, {method} /{path}: the parameter {name} is " + ("not described" if name in takes else "not taken")
        if opens != let_in:
            yield f"{PAGE}, {method} /{path}: the roles are {', '.join(sorted(opens)) or 'none'}"


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


def codes_in_prose(root):
    prose = read(root, PROSE)
    return set(re.findall(r"`([A-Z_]+)`", prose[prose.index("`code` is stable"):prose.index("and `HTTP_n`")]))


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
    of_code = routes_of_code(root)
    faults = list(faults_of_routes(of_code, routes_of_page(by_hand)))
    for code in sorted(codes_in_prose(root) ^ set(codes(root)["ApiCode"][1])):
        faults.append(f"{PROSE}: the code {code} is there and not in the code, or not there")
    if made != written(root, by_hand):
        faults.append(f"{PAGE} is behind the code and the schemas: run {sys.argv[0]} {root} --write")
    if faults or not of_code:
        sys.exit("\n".join(faults) or "no routes found")
    print(f"{len(of_code)} routes as in the table")


main()
