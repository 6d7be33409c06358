#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the other checks of this folder can fail: plants one fault at a time in a small tree and wants it named.

Usage: self_test.py
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
GOOD = {
    "README.md": "[formats](docs/formats.md), `consensus/engine.cpp`, `crypto/*.h`, `consensus/`\n",
    "CONTRIBUTING.md": "[web](https://example.com/none)\n",
    "ARCHITECTURE.md": "```arrows\ncrypto:\nconsensus: crypto\nnode/net: crypto consensus\n```\n",
    "crypto/bytes.h": SPDX + "#include <string>\n",
    "crypto/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nquipu_library(quipu_crypto\n  SOURCES a.cpp)\n",
    "consensus/engine.cpp": SPDX + '#include "crypto/bytes.h"\n\nint f(int a) {\n  return a;  // R1\n}\n',
    "consensus/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nquipu_library(quipu_consensus\n  LINKS quipu_crypto)\n",
    "docs/bugs-elsewhere.md": "| 1 | lost | `tests/consensus/b_test.cpp`: `a part` |\n| 2 | x | not yet: nothing |\n",
    "docs/protocol.md": "- **R1 First.** It\n",
    "tests/consensus/b_test.cpp": SPDX + 'TEST_CASE("R1 has "\n    "a part in it") {}\n',
    "docs/formats.md": "```bytes\na digest: abcd 01\n```\n",
    "tests/a_test.cpp": SPDX + 'auto x = "ab"  // two pieces\n    "cd01";\n',
    "node/net/mesh.cpp": SPDX + '#include "consensus/engine.h"\n#include <boost/asio.hpp>\n',
}
LONG = SPDX + "int f(\n    int a) {\n" + "  a += 1;\n" * 69 + "  return a;\n}\n"

# check, file, its text, a part of the finding
FAULTS = [
    ("arrows.py", "crypto/bytes.h", SPDX + '#include "consensus/engine.h"\n', "crypto/bytes.h:2: crypto must not use consensus"),
    ("arrows.py", "consensus/engine.cpp", SPDX + '\n#include "node/net/mesh.h"\n', "consensus/engine.cpp:3: consensus must not use node/net"),
    ("arrows.py", "consensus/engine.cpp", SPDX + '#include "tests/world.h"\n', "must not use the tests"),
    ("arrows.py", "node/net/mesh.h", SPDX + "#include <boost/asio/io_context.hpp>\n", "node/net/mesh.h:2: a header includes"),
    ("arrows.py", "consensus/wire.h", SPDX + '#include "consensus/wire.pb.h"\n', "consensus/wire.h:2: a header includes"),
    ("arrows.py", "crypto/util/x.h", SPDX, "a folder called util"),
    ("arrows.py", "node/other/x.h", SPDX, "lies in no folder of the table"),
    ("arrows.py", "crypto/CMakeLists.txt", "quipu_library(quipu_crypto\n  LINKS quipu_consensus)\n", "crypto must not link quipu_consensus"),
    ("arrows.py", "ARCHITECTURE.md", "```arrows\ncrypto: consensus\nconsensus: crypto\nnode/net: crypto consensus\n```\n", "back to crypto"),
    ("arrows.py", "ARCHITECTURE.md", "nothing\n", "has no ```arrows block"),
    ("worked_bytes.py", "docs/formats.md", "```bytes\na digest: abcd02\n```\n", "docs/formats.md:2: a digest: no test has abcd02"),
    ("worked_bytes.py", "docs/formats.md", "```bytes\na digest: abc\n```\n", "docs/formats.md:2: a digest: not hex"),
    ("worked_bytes.py", "docs/formats.md", "nothing\n", "has no ```bytes block"),
    ("named_tests.py", "docs/bugs-elsewhere.md", "| 1 | lost | `tests/consensus/b_test.cpp`: `a port` |\n", "has no test named a port"),
    ("named_tests.py", "docs/bugs-elsewhere.md", "| 1 | lost | `tests/gone_test.cpp`: `a part` |\n", "tests/gone_test.cpp is not there"),
    ("named_tests.py", "docs/bugs-elsewhere.md", "| 1 | lost | here |\n", "names no test and does not say why"),
    ("named_tests.py", "docs/bugs-elsewhere.md", "| 2 | lost | not yet: x |\n", "row 2 follows row 0"),
    ("named_tests.py", "docs/protocol.md", "- **R2 Second.** It\n", "R2 is no comment in consensus/"),
    ("named_tests.py", "tests/consensus/b_test.cpp", SPDX + 'TEST_CASE("a part of R1 ") {}\n', "R1 begins no test's name"),
    ("named_tests.py", "docs/protocol.md", "nothing\n", "docs/protocol.md:1: has no rules"),
    ("links.py", "docs/formats.md", "\n[page](gone.md)\n", "docs/formats.md:2: names docs/gone.md"),
    ("links.py", "README.md", "`consensus/gone.h`\n", "README.md:1: names consensus/gone.h"),
    ("text.py", "crypto/bytes.h", "#include <string>\n", "crypto/bytes.h:1: does not begin with SPDX"),
    ("text.py", "crypto/bytes.h", SPDX + "// TO" + "DO later\n", "crypto/bytes.h:2: a leftover note"),
    ("text.py", "crypto/bytes.h", SPDX + "<" * 7 + " HEAD\n", "crypto/bytes.h:2: a mark of a merge"),
    ("text.py", "crypto/bytes.h", SPDX + 'auto p = "/ho' + 'me/someone/x";\n', "crypto/bytes.h:2: an absolute path"),
    ("text.py", "consensus/x.h", SPDX + "std::unordered_map<int, int> m;\n", "consensus/x.h:2: a hash map"),
    ("text.py", "node/net/mesh.cpp", SPDX + "x = crypto_sign_verify_detached(a);\n", "node/net/mesh.cpp:2: crypto_sign_verify_detached may not"),
    ("text.py", "node/net/mesh.cpp", SPDX + "db->Resume();\n", "node/net/mesh.cpp:2: ->Resume( may not"),
    ("text.py", "node/net/mesh.cpp", SPDX + "  fdatasync(2);\n", "node/net/mesh.cpp:2: fdatasync( may not"),
    ("text.py", "consensus/engine.cpp", LONG, "consensus/engine.cpp:2: f has 73 lines, 70 are allowed"),
    ("text.py", "consensus/x.cpp", SPDX + "int a;\n" * 700, "split it by decision"),
    ("text.py", "tests/tidy/long_functions.txt", "consensus/engine.cpp f 80\n", "long_functions.txt:1: f has at most 70 lines now"),
]


def write(root, path, text):
    os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write(text)


def run(check, change):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **change}.items():
            write(root, path, text)
        return subprocess.run([sys.executable, "-B", os.path.join(HERE, check), root], capture_output=True, text=True)


def main():
    bad = 0
    for check in sorted({fault[0] for fault in FAULTS}):
        answer = run(check, {})
        if answer.returncode != 0:
            bad += 1
            print(f"{check} finds fault with a good tree:\n{answer.stdout}{answer.stderr}")
    for check, path, text, wanted in FAULTS:
        answer = run(check, {path: text})
        if answer.returncode == 0 or wanted not in answer.stdout:
            bad += 1
            print(f"{check} should say '{wanted}' and says:\n{answer.stdout}{answer.stderr}")
    print(f"{len(FAULTS)} planted faults, {bad} not found")
    sys.exit(1 if bad else 0)


main()
