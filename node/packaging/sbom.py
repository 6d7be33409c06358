#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the bill of materials of the packages in a folder, as SPDX 2.3 JSON, from what the build and dpkg know on the machine
that built them: each package, the Debian packages it depends on, and those of Debian and npm that are compiled into it. Beside
them: quipu_VERSION.spdx.json.
Usage: sbom.py VERSION FOLDER BUILD
"""
import functools
import glob
import hashlib
import json
import os
import re
import sys
import time

from built_in import debian_packages, npm_packages, output

COMPILERS = ["g++", "cmake", "protobuf-compiler"]
HOLDS_CONSOLE = "quipud"


def field(deb, name):
    return output("dpkg-deb", "--field", deb, name).strip()


@functools.cache
def installed():
    """Package: (version, architecture, source, homepage) of what the build could use."""
    fields = ["${Package}", "${db:Status-Status}", "${Version}", "${Architecture}", "${source:Package}", "${Homepage}"]
    found = {}
    for line in output("dpkg-query", "-W", "-f", "\t".join(fields) + "\n").splitlines():
        name, status, *known = line.split("\t")
        if status == "installed":
            found.setdefault(name, known)
    return found


def identifier(name):
    return "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def debian_package(name):
    described = {
        "SPDXID": identifier(name), "name": name, "supplier": "Organization: Debian", "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
    }
    if name not in installed():  # a node needs systemd's tools, the machine that builds it does not
        return described
    version, architecture, source, homepage = installed()[name]
    return described | {
        "versionInfo": version, "sourceInfo": f"Debian source package {source}", **({"homepage": homepage} if homepage else {}),
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": f"pkg:deb/debian/{name.replace('+', '%2B')}@{version.replace('+', '%2B')}"
                                              f"?arch={architecture}"}],
    }


def npm_package(name, version, licence, sha512):
    return {
        "SPDXID": identifier("npm-" + name), "name": name, "versionInfo": version, "supplier": "NOASSERTION",
        "downloadLocation": f"https://registry.npmjs.org/{name}/-/{name.rpartition('/')[2]}-{version}.tgz", "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION", "licenseDeclared": licence, "copyrightText": "NOASSERTION",
        "checksums": [{"algorithm": "SHA512", "checksumValue": sha512}],
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": f"pkg:npm/{name.replace('@', '%40')}@{version}"}],
    }


def own_package(deb, name):
    with open(deb, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return {
        "SPDXID": identifier(name), "name": name, "versionInfo": field(deb, "Version"),
        "packageFileName": os.path.basename(deb), "supplier": "Organization: Quipu", "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0",
        "copyrightText": "2026 The Quipu authors", "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "primaryPackagePurpose": "APPLICATION",
    }


def depended_on(deb):
    """The first of each dependency's alternatives, without its version."""
    found = [word.split("|")[0].split("(")[0].strip() for word in field(deb, "Depends").split(",")]
    return sorted(name for name in set(found) if name)


def relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def programs_of(deb):
    return re.findall(r"\./usr/bin/(\S+)", output("dpkg-deb", "--contents", deb))


def describe(debs, build):
    console = [npm_package(*package) for package in npm_packages(build)]
    compiled, linked = debian_packages(build, [program for deb in debs for program in programs_of(deb)])
    own, others, relations = [], set(COMPILERS), []
    for deb in debs:
        name, programs = field(deb, "Package"), programs_of(deb)
        mine = identifier(name)
        needed = set(depended_on(deb))
        headers = set().union(*(compiled[program] for program in programs))
        static = set().union(*(linked[program] for program in programs))
        own.append(own_package(deb, name))
        relations.append(relation("SPDXRef-DOCUMENT", "DESCRIBES", mine))
        relations += [relation(mine, "DEPENDS_ON", identifier(other)) for other in sorted(needed)]
        relations += [relation(mine, "STATIC_LINK", identifier(other)) for other in sorted(static)]
        relations += [relation(identifier(other), "BUILD_DEPENDENCY_OF", mine) for other in sorted(headers)]
        relations += [relation(identifier(other), "BUILD_TOOL_OF", mine) for other in COMPILERS]
        relations += [relation(mine, "STATIC_LINK", package["SPDXID"]) for package in console if HOLDS_CONSOLE in programs]
        others |= needed | static | headers
    return own + [debian_package(name) for name in sorted(others)] + console, relations


def main():
    version, folder, build = sys.argv[1:]
    debs = sorted(glob.glob(os.path.join(folder, "*.deb")))
    if not debs:
        sys.exit(f"no packages in {folder}")
    packages, relations = describe(debs, build)
    now = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    digest = hashlib.sha256(json.dumps([packages, relations], sort_keys=True).encode()).hexdigest()
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"quipu-{version}",
        "documentNamespace": f"https://quipu.invalid/spdx/quipu-{version}-{digest}",
        "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)), "creators": ["Tool: quipu-sbom.py"]},
        "packages": packages, "relationships": relations,
    }
    path = os.path.join(folder, f"quipu_{version}.spdx.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    print(path)


main()
