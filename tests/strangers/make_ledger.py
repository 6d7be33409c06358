#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes with our real programs what strangers check: an export with several published checkpoints, and receipts.

Four nodes on this machine import the beginnings of two sample programmes, one event to a leaf, until there are a full tile
and a partial one. OUT then holds export/, receipts/, status/ and lists/, and in expected*.json what quipu-audit reads in the last two;
the network is stopped and its keys are gone.
Usage: make_ledger.py PROGRAMS SAMPLE OUT
"""
import hashlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

FIRST_PORT, PORTS, TRIES = 21000, 8, 12
PORTS_WITH_PROXY = 24  # twelve of the proxy behind the nodes
PATIENCE_S = 60
LEAVES = 300  # at least: a full tile has 256
TILE = 256
LINES = 40  # of a history, imported at once
RECEIPTS = 6
CERTIFICATES = 8
DAYS = ("2018-06-30", "2021-01-01", "2023-05-15", "2026-11-01", "2031-12-31")


def are_free(first, count):
    for port in range(first, first + count):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_ports(lowest, count=PORTS):
    for first in range(lowest, lowest + TRIES * count, count):
        if are_free(first, count):
            return first
    sys.exit(f"no {count} free ports beside one another")


class Network:
    def __init__(self, programs, sample, directory, lowest_port=FIRST_PORT):
        self.programs, self.sample, self.directory = programs, sample, directory
        self.port = free_ports(lowest_port)

    def run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.programs, program), *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{program} {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def quipu(self, *arguments):
        return self.run("quipu", "--node", f"http://127.0.0.1:{self.port}", "--output", "json", *arguments)

    def start(self, *more):
        self.run("quipu-testnet", "up", "--dir", self.directory, "--members", "BO,BR,CL,PE", "--data", self.sample,
                 "--port", str(self.port), "--detach", *more)

    def stop(self):
        subprocess.run([os.path.join(self.programs, "quipu-testnet"), "down", "--dir", self.directory], capture_output=True)

    def import_lines(self, code, lines):
        name = os.path.join(self.directory, f"{code}-{lines.start}.jsonl")
        with open(os.path.join(self.sample, "history", code + ".jsonl"), encoding="utf-8") as history:
            chosen = history.readlines()[lines]
        with open(name, "w", encoding="utf-8") as file:
            file.writelines(chosen)
        self.quipu("import", "history", name, "--pack", "1", "--key",
                   os.path.join(self.directory, code, "keys", "issuer.key"))

    def published_size(self):
        """The log's size once a checkpoint covers all that is final."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            status = json.loads(self.quipu("node", "status"))
            if status.get("published_height") == status["height"]:
                return status["size"]
            time.sleep(0.1)
        sys.exit("no checkpoint covers what is final")

    def grow(self):
        """How many leaves a block has is a matter of time, so the size is looked at."""
        size, start = 0, 0
        while size < LEAVES or size % TILE == 0:
            for code in ("BO", "CL"):
                self.import_lines(code, slice(start, start + LINES))
                size = self.published_size()
            start += LINES


def leaves(export):
    folder = os.path.join(export, "tile", "entries")
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)
    found = []
    for path in paths:
        with open(path, "rb") as file:
            content = file.read()
        while content:
            length = struct.unpack(">H", content[:2])[0]
            found.append(content[2:2 + length])
            content = content[2 + length:]
    return found


def fetch_receipts(network, export, folder):
    os.makedirs(folder)
    submissions = [leaf for leaf in leaves(export) if leaf[0] == 0xd2]
    for leaf in submissions[::len(submissions) // RECEIPTS]:
        leaf_id = hashlib.sha256(b"\0" + leaf).hexdigest()
        network.quipu("receipt", leaf_id, "--out", os.path.join(folder, leaf_id + ".tlog-proof"))


def certificates(sample, code):
    """Numbers that the beginning of a programme's history grants, in its order."""
    with open(os.path.join(sample, "history", code + ".jsonl"), encoding="utf-8") as history:
        events = [json.loads(line)["event"] for line in history.readlines()[:LINES]]
    return [event["certificate_granted"]["certificate"] for event in events if "certificate_granted" in event]


def fetch_status(network, folder, policy):
    """A proof of some certificates and of one that nobody granted; what the auditor's program reads in them."""
    os.makedirs(folder)
    read = []
    for number in certificates(network.sample, "BO")[:CERTIFICATES] + ["NEVER-ISSUED-1"]:
        name = ("none" if number.startswith("NEVER") else number) + ".quipu-status"
        network.quipu("proof", "status", "BO/" + number, "--out", os.path.join(folder, name))
        for day in DAYS:
            said = json.loads(network.run("quipu-audit", "status", os.path.join(folder, name), "--policy", policy,
                                          "--certificate", "BO/" + number, "--on", day, "--output", "json"))
            read.append({"file": name, "day": day, "status": said["status"], "roles": said.get("roles", [])})
    return read


def fetch_lists(network, folder, policy):
    """The list of an administration with certificates and of one with none; what the auditor's program reads in them."""
    os.makedirs(folder)
    read = []
    for code in ("BO", "PE"):
        path = os.path.join(folder, code + ".quipu-status-list")
        network.quipu("proof", "status", code, "--out", path)
        for day in DAYS:
            said = network.run("quipu-audit", "status", path, "--policy", policy, "--on", day, "--output", "json")
            read.append({"file": os.path.basename(path), "day": day, **json.loads(said)})
    return read


def main():
    programs, sample, out = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    network = Network(programs, sample, os.path.join(out, "network"))
    network.stop()  # one that an earlier run may have left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    export = os.path.join(out, "export")
    try:
        network.start()
        network.grow()
        network.quipu("export", "--out", export)
        fetch_receipts(network, export, os.path.join(out, "receipts"))
        policy = os.path.join(export, "policy", "0")
        for name, read in (("expected", fetch_status(network, os.path.join(out, "status"), policy)),
                           ("expected_lists", fetch_lists(network, os.path.join(out, "lists"), policy))):
            with open(os.path.join(out, name + ".json"), "w", encoding="utf-8") as file:
                json.dump(read, file)
    finally:
        network.stop()
    shutil.rmtree(network.directory)


if __name__ == "__main__":
    main()
