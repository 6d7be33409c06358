#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What attacks on one node's API do to consensus: four nodes under a steady load, one of them attacked in one way after the other.

Attackers (slowhttptest and wrk, Debian's) run at the lowest priority, since they would come from other machines. For each phase a line:
the mean time until a submission is final at the three nodes that are not attacked and at the one that is, as they measure it, against the
mean of the quiet phases right before and after it; the attacked node's memory and descriptors. Fails when the three take more than 1.5 times as long, or
when memory or descriptors have not come back to what they were. Not part of the test run: it wants the machine for itself.
Usage: abuse.py PROGRAMS SAMPLE OUT [SECONDS [PORT [ATTACK]]]
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strangers"))
from make_ledger import Network

RATE = "40"
MOST_RATIO, MOST_GROWTH = 1.5, 96 << 20
WRK = {
    "wrong tokens": 'wrk.headers["Authorization"] = "Bearer quipu-wrong"',
    "too large bodies": 'wrk.method = "POST"\nwrk.body = string.rep("x", 300000)',
    "no HTTP": 'request = function() return "\\1\\2 nonsense\\r\\n\\r\\n" end',
    "no such route": 'wrk.path = "/v1/nothing"',
}


def nodes_of(directory):
    """PIDs of the network's nodes by their administrations."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode().split("\0")
        except OSError:
            continue
        if os.path.basename(words[0]) == "quipud" and os.path.abspath(directory) in os.path.abspath(" ".join(words[1:])[9:]):
            found[re.search(r"/([A-Z]{2})/quipud.toml", " ".join(words))[1]] = int(pid)
    return found


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) << 10


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def finality(port):
    """Sum and count of the times until final; nothing while it does not answer."""
    for _ in range(50):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=3) as answer:
                text = answer.read().decode()
            return [float(re.search(rf"^quipu_final_seconds_{what} (\S+)", text, re.MULTILINE)[1]) for what in ("sum", "count")]
        except OSError:
            time.sleep(0.2)
    sys.exit(f"port {port} does not answer after the attack")


def attack_commands(url, seconds, out):
    slow = ["slowhttptest", "-c", "400", "-r", "200", "-l", str(seconds), "-p", "2", "-i", "3"]
    yield "slow heads", [*slow, "-H", "-u", url + "/healthz"]
    yield "slow bodies", [*slow, "-B", "-t", "POST", "-s", "8192", "-u", url + "/v1/submissions"]
    yield "slow reading", [*slow, "-X", "-w", "1", "-y", "64", "-n", "3", "-z", "8", "-k", "4", "-u", url + "/openapi.yaml"]
    for name, script in WRK.items():
        path = os.path.join(out, name.replace(" ", "-") + ".lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        yield name, ["wrk", "-t", "1", "-c", "64", "-d", f"{seconds}s", "-s", path, url + "/v1/members"]


def phase(network, name, command, pids, seconds):
    ports = [network.port + 2 * i for i in range(4)]  # the last one's node is attacked
    before = [finality(port) for port in ports]
    load = subprocess.Popen([os.path.join(network.programs, "quipu-testnet"), "load", "--dir", network.directory, "--rate", RATE, "--seconds",
                             str(seconds + 1)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    attack = subprocess.Popen(["nice", "-n", "19", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) if command else None
    most, most_files, end = 0, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        most, most_files = max(most, memory(pids["PE"])), max(most_files, descriptors(pids["PE"]))
        time.sleep(0.1)
    said = ""
    if attack:
        try:
            said, _ = attack.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            attack.kill()
    load.wait(timeout=120)
    after = [finality(port) for port in ports]
    gone = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(before, after)]
    others = sum(s for s, _ in gone[:3]) / max(1, sum(n for _, n in gone[:3]))
    rate = re.search(r"Requests/sec:\s+(\S+)", said or "")
    return {"phase": name, "others_ms": round(others * 1000, 1), "attacked_ms": round(gone[3][0] / max(1, gone[3][1]) * 1000, 1),
            "final": [int(n) for _, n in gone], "memory_MiB": most >> 20, "descriptors": most_files, "requests_per_s": rate[1] if rate else ""}


def main():
    programs, sample, out = sys.argv[1:4]
    seconds = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    lowest = int(sys.argv[5]) if len(sys.argv) > 5 else 21300
    only = sys.argv[6] if len(sys.argv) > 6 else ""
    for tool in ("slowhttptest", "wrk"):
        if not shutil.which(tool):
            print(f"SKIPPED: {tool} is not installed")
            return
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    network = Network(programs, sample, os.path.join(out, "network"), lowest)
    wrong = []
    try:
        network.start()
        network.import_lines("PE", slice(0, 40))
        pids = nodes_of(network.directory)
        url = f"http://127.0.0.1:{network.port + 6}"
        quiet = [phase(network, "quiet", None, pids, seconds)]
        print(json.dumps(quiet[0]), flush=True)
        for name, command in attack_commands(url, seconds, out):
            if only not in ("", name):
                continue
            attacked = phase(network, name, command, pids, seconds)
            time.sleep(11)  # until the last slow request is over its time
            files_left = descriptors(pids["PE"])
            quiet.append(phase(network, "quiet", None, pids, seconds))
            usual = (quiet[-2]["others_ms"] + quiet[-1]["others_ms"]) / 2
            attacked["ratio"] = round(attacked["others_ms"] / usual, 2)
            print(json.dumps(attacked), json.dumps(quiet[-1]), sep="\n", flush=True)
            if attacked["ratio"] > MOST_RATIO:
                wrong.append(f"{name}: consensus takes {attacked['ratio']} times as long")
        if quiet[-1]["memory_MiB"] - quiet[0]["memory_MiB"] > MOST_GROWTH >> 20:
            wrong.append(f"memory grew from {quiet[0]['memory_MiB']} to {quiet[-1]['memory_MiB']} MiB")
        if files_left > quiet[0]["descriptors"] + 8:
            wrong.append(f"{files_left} descriptors are left open, {quiet[0]['descriptors']} before")
    finally:
        network.stop()
    print("\n".join(wrong) or "consensus goes on, memory and descriptors come back")
    sys.exit(1 if wrong else 0)


main()
