#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packages that were made: what they hold, what they need, how they are installed; and their bill of materials.
Usage: contents.py FOLDER
"""
import glob
import hashlib
import json
import os
import re
import subprocess
import sys

HOLDS = {
    "quipud": ["/usr/bin/quipud", "/usr/bin/quipu-signer", "/usr/lib/systemd/system/quipud.service",
               "/usr/lib/systemd/system/quipu-signer.service", "/usr/lib/sysusers.d/quipu.conf", "/usr/lib/tmpfiles.d/quipu.conf",
               "/usr/lib/systemd/system/quipu-backup.service", "/usr/lib/systemd/system/quipu-backup.timer",
               "/etc/quipu/signer.env", "/etc/quipu/backup.env", "/usr/share/doc/quipud/README.Debian", "/usr/share/doc/quipud/examples/quipud.toml",
               "/usr/share/quipu/monitoring/alerts.yml", "/usr/share/quipu/monitoring/dashboard.json",
               "/usr/share/man/man8/quipud.8.gz", "/usr/share/man/man8/quipu-signer.8.gz",
               "/usr/share/bash-completion/completions/quipud", "/usr/share/bash-completion/completions/quipu-signer"],
    "quipu-tools": ["/usr/bin/quipu", "/usr/bin/quipu-testnet", "/usr/share/man/man1/quipu.1.gz",
                    "/usr/share/man/man1/quipu-testnet.1.gz", "/usr/share/bash-completion/completions/quipu",
                    "/usr/share/bash-completion/completions/quipu-testnet", "/usr/share/quipu/sample/members.json"],
    "quipu-audit": ["/usr/bin/quipu-audit", "/usr/share/man/man1/quipu-audit.1.gz",
                    "/usr/share/bash-completion/completions/quipu-audit"],
}
# Of each, and nothing else of ours in the auditor's.
DOCUMENTS = ["/usr/share/doc/{}/copyright", "/usr/share/doc/{}/changelog.gz"]
DAEMON_LIBRARIES = ("rocksdb", "snappy", "fmt", "prometheus", "liblz4", "systemd")
# What a program's bytes show of others' code in it, and what the bill of materials then names.
TRACES = {b"N7rocksdb": "librocksdb-dev", b".uplot": "npm-uplot", b"noble-hashes - MIT": "npm--noble-hashes",
          b"noble-ciphers - MIT": "npm--noble-ciphers"}
NOT_FOR_BUILDING = {"SPDXRef-Package-systemd"}  # a node needs it or a part of it: who builds one may have none
LARGEST_MB = 12  # stripped and compressed; with debug information it would be more than that


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def field(deb, name):
    return output("dpkg-deb", "--field", deb, name).strip()


def files(deb):
    """Path: (mode, owner), of what is no folder."""
    found = {}
    for line in output("dpkg-deb", "--contents", deb).splitlines():
        mode, owner, _, _, _, path = line.split(None, 5)
        if mode[0] != "d":
            found[path.lstrip(".").split(" -> ")[0]] = (mode, owner)
    return found


def check_files(name, deb):
    held = files(deb)
    wanted = HOLDS[name] + [path.format(name) for path in DOCUMENTS]
    wrong = [f"{name} does not hold {path}" for path in wanted if path not in held]
    if name == "quipu-audit":
        wrong += [f"{name} holds {path}" for path in held if path not in wanted]
    for path, (mode, owner) in held.items():
        if owner != "root/root":
            wrong.append(f"{path} belongs to {owner}")
        if mode != ("-rwxr-xr-x" if path.startswith("/usr/bin/") else "-rw-r--r--"):
            wrong.append(f"{path} has mode {mode}")
    size = os.path.getsize(deb) / 1e6
    if size > LARGEST_MB:
        wrong.append(f"{name} has {size:.1f} MB")
    return wrong


def check_needs(name, deb):
    needs = field(deb, "Depends")
    wrong = [] if "libsodium23" in needs and "libc6" in needs else [f"{name} needs only: {needs}"]
    if name == "quipu-audit":
        wrong += [f"{name} needs {library}" for library in DAEMON_LIBRARIES if library in needs]
    return wrong


def check_scripts(name, deb):
    """Of quipud alone, and each is a shell script that a shell can read."""
    inside = output("dpkg-deb", "--ctrl-tarfile", deb)
    wrong = []
    for script in ("conffiles", "postinst", "prerm", "postrm"):
        if (script in inside) != (name == "quipud"):
            wrong.append(f"{name}: {script}")
    if name != "quipud":
        return wrong
    if output("dpkg-deb", "--info", deb, "conffiles").split() != ["/etc/quipu/signer.env", "/etc/quipu/backup.env"]:
        wrong.append("quipud: another conffile")
    for script in ("postinst", "prerm", "postrm"):
        text = output("dpkg-deb", "--info", deb, script)
        if subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode != 0:
            wrong.append(f"quipud: {script} is no shell script")
        if re.search(r"rm\s+-\w*r|systemctl\s+(re)?start\b(?! quipud\"$)", re.sub(r'echo ".*"', "", text)):
            wrong.append(f"quipud: {script} starts or deletes something")
    return wrong


def traces(deb):
    """What of others' code the package's programs hold, by their bytes."""
    content = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], capture_output=True, check=True).stdout
    return {f"SPDXRef-Package-{name}" for trace, name in TRACES.items() if trace in content}


def check_bill(folder, debs):
    paths = glob.glob(os.path.join(folder, "*.spdx.json"))
    if len(paths) != 1:
        return [f"{len(paths)} bills of materials"]
    with open(paths[0], encoding="utf-8") as file:
        bill = json.load(file)
    wrong = [f"SBOM: no {key}" for key in ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo")
             if not bill.get(key)]
    packages = {package["SPDXID"]: package for package in bill["packages"]}
    if len(packages) != len(bill["packages"]):
        wrong.append("SBOM: an identifier stands twice")
    wrong += [f"SBOM: {i} is no SPDX identifier" for i in packages if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i)]
    wrong += [f"SBOM: {i} has no version" for i, package in packages.items()
              if not package.get("versionInfo") and i not in NOT_FOR_BUILDING]
    for related in bill["relationships"]:
        ends = {related["spdxElementId"], related["relatedSpdxElement"]} - {"SPDXRef-DOCUMENT"}
        wrong += [f"SBOM: {end} is related and not there" for end in ends - set(packages)]
    for name, deb in debs.items():
        with open(deb, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        mine = packages.get(f"SPDXRef-Package-{name}", {})
        if mine.get("checksums") != [{"algorithm": "SHA256", "checksumValue": digest}]:
            wrong.append(f"SBOM: not the digest of {name}")
        linked = {r["relatedSpdxElement"] for r in bill["relationships"]
                  if r["spdxElementId"] == f"SPDXRef-Package-{name}" and r["relationshipType"] == "DEPENDS_ON"}
        static = {r["relatedSpdxElement"] for r in bill["relationships"]
                  if r["spdxElementId"] == f"SPDXRef-Package-{name}" and r["relationshipType"] == "STATIC_LINK"}
        known = {f"SPDXRef-Package-{package}" for package in TRACES.values()}
        if static & known != traces(deb):
            wrong.append(f"SBOM: {name} holds {sorted(traces(deb))}, is said to hold {sorted(static & known)}")
        if "SPDXRef-Package-libsodium23" not in linked:
            wrong.append(f"SBOM: {name} does not depend on libsodium23")
    return wrong


def main():
    folder = sys.argv[1]
    debs = {field(deb, "Package"): deb for deb in glob.glob(os.path.join(folder, "*.deb"))}
    wrong = [] if set(debs) == set(HOLDS) else [f"packages: {sorted(debs)}"]
    for name, deb in sorted(debs.items()):
        wrong += check_files(name, deb) + check_needs(name, deb) + check_scripts(name, deb)
        print(f"{name} {field(deb, 'Version')}: {os.path.getsize(deb) / 1e6:.1f} MB, installed {field(deb, 'Installed-Size')} kB, "
              f"needs {field(deb, 'Depends')}")
    wrong += check_bill(folder, debs)
    print("\n".join(wrong) or "all in order")
    sys.exit(1 if wrong else 0)


main()
