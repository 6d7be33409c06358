#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real programs show under /metrics: a member of a network of four that has made one statement final and has
a webhook, and a follower of it that has one too, the follower over HTTPS. Writes OUT/member.txt and OUT/follower.txt.
Usage: show_metrics.py PROGRAMS SAMPLE OUT
"""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strangers"))
from make_ledger import PATIENCE_S, Network

LOWEST_PORT = 20800
# By a member once its statement is final and the others have said how far they are and what time it is.
TOLD = ("\nquipu_final_seconds_count 1\n", "\nquipu_clock_offset_seconds ", "\nquipu_peer_height{", "\nquipu_peer_clock_offset_seconds{")


def page(url, enough, ca=None):
    """The page as soon as it is there and says enough."""
    trust = ssl.create_default_context(cafile=ca) if ca else None
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url + "/metrics", timeout=5, context=trust) as answer:
                text = answer.read().decode()
            if enough(text):
                return text
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"{url} never showed what was waited for")


def height(text):
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith("quipu_height "))


def add_webhook(folder, config):
    """To a receiver that is not there: what a node shows of one does not depend on it. The file of settings."""
    secret, config = (os.path.join(folder, name) for name in ("desk.secret", config))
    with open(secret, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    with open(config, "a", encoding="utf-8") as file:
        file.write('\n[[webhooks]]\nname = "desk"\nurl = "http://127.0.0.1:9/"\nsecret_file = "desk.secret"\nas = "BO"\n')
    return config


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def certify(out):
    """A certificate of its own for 127.0.0.1."""
    certificate, key = os.path.join(out, "api.pem"), os.path.join(out, "api.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "40", "-subj",
                    "/CN=follower", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


def save(out, name, text):
    with open(os.path.join(out, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    programs, sample, out = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    network = Network(programs, sample, os.path.join(out, "network"), LOWEST_PORT)
    network.stop()  # one that an earlier run left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    follower = None
    try:
        network.start()
        add_webhook(os.path.join(network.directory, "BO"), "quipud.toml")
        network.run("quipu-testnet", "restart", "BO", "--dir", network.directory)
        network.import_lines("BO", slice(0, 1))
        own = free_port()
        certificate, key = certify(out)
        follower = subprocess.Popen([os.path.join(programs, "quipud"), "--follow", f"http://127.0.0.1:{network.port}", "--genesis",
                                     os.path.join(network.directory, "genesis.json"), "--dir", os.path.join(out, "follower"),
                                     "--http", f"127.0.0.1:{own}", "--certificate", certificate, "--certificate-key", key,
                                     "--config", add_webhook(out, "follower.toml")])
        member = page(f"http://127.0.0.1:{network.port}", lambda text: all(told in text for told in TOLD))
        save(out, "member.txt", member)
        save(out, "follower.txt", page(f"https://127.0.0.1:{own}", lambda text: height(text) >= height(member), certificate))
    finally:
        if follower:
            follower.terminate()
            follower.wait()
        network.stop()
    shutil.rmtree(network.directory)
    shutil.rmtree(os.path.join(out, "follower"))


main()
