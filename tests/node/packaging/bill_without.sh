#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The bill of materials is written also where a package that a node needs is not installed, as systemd is not in a container that
# builds: it is named there, without a version.
# Usage: bill_without.sh PACKAGE BUILD PACKAGING VERSION FOLDER_OF_PACKAGES FOLDER
set -eu
missing=$1 build=$2 packaging=$3 version=$4 packages=$5 folder=$6
command -v dpkg-query >/dev/null || { echo "SKIPPED: dpkg-query is not installed"; exit 0; }
real=$(command -v dpkg-query)
rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/packages"
cp "$packages"/*.deb "$folder/packages"

# Stands in for a dpkg that does not know the package: neither when asked for it nor when asked for all.
cat >"$folder/bin/dpkg-query" <<STAND_IN
#!/bin/sh
for word; do [ "\$word" != "$missing" ] || { echo "no packages found matching $missing" >&2; exit 1; }; done
"$real" "\$@" | awk -F '\t' '\$1 != "$missing"'
STAND_IN
chmod +x "$folder/bin/dpkg-query"
PATH=$folder/bin:$PATH python3 -B "$packaging/sbom.py" "$version" "$folder/packages" "$build"
python3 -B - "$missing" "$folder/packages/quipu_$version.spdx.json" <<'LOOK'
import json
import sys
name, path = sys.argv[1:]
named = {package["name"]: package.get("versionInfo") for package in json.load(open(path, encoding="utf-8"))["packages"]}
if named.get(name, "not named") is not None:
    sys.exit(f"WRONG: {name} is {named.get(name, 'not named')}")
print(f"{name} is named without a version; {sum(version is not None for version in named.values())} others have theirs")
LOOK
