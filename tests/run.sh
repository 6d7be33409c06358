#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, runs every test, and ends with one line: N passed, N failed, N skipped.
# --long adds the long gates (tests/long.sh).
set -eu
cd "$(dirname "$0")/.."

sh testnet/install.sh tests
echo "Building (build/release)"
cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
rm -f build-configure.log
cmake --build --preset release

report=$(pwd)/build/release/tests.xml
rm -f "$report"
status=0
ctest --preset release --output-junit "$report" || status=$?

python3 - "$report" <<'PY' || status=1
import sys, xml.etree.ElementTree as xml
cases = list(xml.parse(sys.argv[1]).getroot().iter("testcase"))
failed = [c for c in cases if c.get("status") == "fail"]
skipped = [c for c in cases if c.get("status") in ("notrun", "disabled") or c.find("skipped") is not None]
for case in skipped: print("SKIPPED:", case.get("name"))
for case in failed: print("FAILED:", case.get("name"))
print(f"{len(cases) - len(failed) - len(skipped)} passed, {len(failed)} failed, {len(skipped)} skipped")
sys.exit(1 if failed or not cases else 0)
PY
if [ "${1:-}" = --long ]; then sh tests/long.sh || status=1; fi
exit $status
