#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real programs show under /metrics: a member of a network of four that has made one statement final, and a follower
of it. Writes OUT/member.txt and OUT/follower.txt.
Usage: show_metrics.py PROGRAMS SAMPLE OUT
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

FIRST_PORT, LAST_PORT, PORTS = 20800, 20890, 9
PATIENCE_S = 60


def are_free(first):
    for port in range(first, first + PORTS):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_ports():
    for first in range(FIRST_PORT, LAST_PORT + 1, PORTS):
        if are_free(first):
            return first
    sys.exit("no nine free ports beside one another")


def page(port, enough):
    """The page as soon as it is there and says enough."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
            if enough(text):
                return text
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"port {port} never showed what was waited for")


def height(text):
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith("quipu_height "))


def import_one(programs, sample, network, port):
    history = os.path.join(network, "one.jsonl")
    with open(os.path.join(sample, "history", "BO.jsonl"), encoding="utf-8") as lines, open(history, "w", encoding="utf-8") as one:
        one.write(lines.readline())
    subprocess.run([os.path.join(programs, "quipu"), "--node", f"http://127.0.0.1:{port}", "import", "history", history, "--key",
                    os.path.join(network, "BO", "keys", "issuer.key")], check=True)


def save(out, name, text):
    with open(os.path.join(out, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    programs, sample, out = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    network = os.path.join(out, "network")
    testnet = os.path.join(programs, "quipu-testnet")
    subprocess.run([testnet, "down", "--dir", network], capture_output=True)  # one that an earlier run left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    port = free_ports()
    follower = None
    try:
        subprocess.run([testnet, "up", "--dir", network, "--members", "BO,BR,CL,PE", "--data", sample, "--port", str(port),
                        "--detach"], check=True)
        import_one(programs, sample, network, port)
        own = port + PORTS - 1
        follower = subprocess.Popen([os.path.join(programs, "quipud"), "--follow", f"http://127.0.0.1:{port}", "--genesis",
                                     os.path.join(network, "genesis.json"), "--dir", os.path.join(out, "follower"), "--http",
                                     f"127.0.0.1:{own}"])
        member = page(port, lambda text: "quipu_final_seconds_count 1" in text)
        save(out, "member.txt", member)
        save(out, "follower.txt", page(own, lambda text: height(text) >= height(member)))
    finally:
        if follower:
            follower.terminate()
            follower.wait()
        subprocess.run([testnet, "down", "--dir", network], capture_output=True)
    shutil.rmtree(network)
    shutil.rmtree(os.path.join(out, "follower"))


main()
