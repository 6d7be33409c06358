# SPDX-License-Identifier: Apache-2.0
"""What a build put into its programs, as the build itself tells it: Debian's packages whose headers were compiled and whose
static libraries were linked (ninja knows both), and the npm packages of the console (its lock file)."""
import base64
import json
import os
import re
import subprocess

NPM_FOLDER = "node_modules/"
AT_ONCE = 500  # paths a call of dpkg


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def owners(paths):
    """Path: the Debian package that it came with."""
    found, paths = {}, sorted(paths)
    for begin in range(0, len(paths), AT_ONCE):
        for line in output("dpkg", "-S", *paths[begin:begin + AT_ONCE]).splitlines():
            package, _, path = line.partition(": ")
            found[path] = package.partition(":")[0]
    return found


def headers_of_objects(build):
    """Object: what of the system it included, by ninja's log of dependencies."""
    found, headers = {}, None
    for line in output("ninja", "-C", build, "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            headers = found.setdefault(line.partition(": #deps")[0], set())
        elif line.startswith("    /usr/include/"):
            headers.add(line.strip())
    return found


def debian_packages(build, programs):
    """(compiled in by their headers, linked as static libraries), each a set of Debian packages for each program."""
    included = headers_of_objects(build)
    headers, libraries = {}, {}
    for program in programs:
        inputs = output("ninja", "-C", build, "-t", "inputs", f"bin/{program}").splitlines()
        headers[program] = set().union(*(included.get(path, set()) for path in inputs if path.endswith(".o")))
        libraries[program] = {path for path in inputs if path.startswith("/usr/") and path.endswith(".a")}
        if not headers[program]:
            raise SystemExit(f"{build}: ninja does not know what {program} was compiled from")
    owner = owners(set().union(*headers.values(), *libraries.values()))
    return tuple({program: {owner[path] for path in paths[program]} for program in programs} for paths in (headers, libraries))


def npm_packages(build):
    """(name, version, licence, SHA-512 of the archive in hex) of each that the console was made from; none if quipud got the
    small page. Its tools (TypeScript, Vite) are no part of it."""
    lock_file = os.path.join(build, "node/console/made/package-lock.json")  # beside what build.sh made from it
    if not os.path.exists(lock_file):
        return []
    with open(lock_file, encoding="utf-8") as file:
        locked = json.load(file)["packages"]
    found = []
    for path, package in sorted(locked.items()):
        if path.startswith(NPM_FOLDER) and not package.get("dev"):
            digest = re.fullmatch(r"sha512-(\S+)", package["integrity"])[1]
            name = path.rpartition(NPM_FOLDER)[2]
            found.append((name, package["version"], package["license"], base64.b64decode(digest).hex()))
    return found
