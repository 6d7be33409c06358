#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walks through a page as a newcomer would: every `$ ` command in its fenced blocks, in one shell, and what the page shows of the
output must come, line by line in that order, whatever the numbers, hashes and times are; a line may go on further than shown. `...` stands for lines left out. A
command whose shown output begins with a program's name and a colon or ends with BROKEN must fail, every other must not.

What differs from the page: ports, which have to be free here, and days on which something ends. The network of the README's
quick start runs before pages that do not start one. Usage: walk.py PROGRAMS SOURCE OUT PAGE ...
"""
import datetime
import os
import re
import shutil
import signal
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path += [here, os.path.join(here, "..", "strangers")]
import page
from make_ledger import PORTS_WITH_PROXY, free_ports

LOWEST_PORT, PATIENCE_S = 20950, 120
UP = "quipu-testnet up --dir build/testnet --members BO,BR,CL,PE --data testnet/sample --import --detach"
MARK = "=== ended with"


def here_and_now(command, port):
    command = re.sub(r"(--expires) 20[\d-]{8}", rf"\1 {datetime.date.today() + datetime.timedelta(days=60)}", command)
    command = re.sub(r"\b848(\d)\b", lambda match: str(port + int(match[1])), command)
    return re.sub(r"(quipu-testnet up .*?)( *(?:$|[|>]))", rf"\1 --port {port}\2", command, count=1)


def likeness(line):
    """What stays the same from run to run. A line that is a number and nothing else is a count, which does."""
    if line.strip().isdigit():
        return line.strip()
    line = re.sub(r"\b[0-9a-f]{8,}\b", "#", line)
    line = re.sub(r"\d+", "#", line)
    line = re.sub(r"\b[A-Z]{2}(?= +# +# +http)", "#", line)  # who leads
    return re.sub(r"[\s#.-]+", " ", line).strip()


def missing(lines, said):
    """The first line of the page that did not come."""
    coming = iter([likeness(line) for line in said])
    for line in lines:
        if line.strip() not in ("", "...") and not any(said.startswith(likeness(line)) for said in coming):
            return line
    return None


def must_fail(lines):
    last = next((line for line in reversed(lines) if line.strip()), "")
    return any(line.startswith(("quipu: ", "quipud: ", "quipu-signer: ", "quipu-testnet: ")) for line in lines[:1]) or last.startswith("BROKEN")


def run(commands, programs, directory, node=None):
    """(output lines, exit code) of each, all in one shell so that what is exported stays. `node`: whom they ask if they name none."""
    script = "".join(f"{command}\ncode=$?; echo; echo '{MARK}' $code\n" for command in commands)
    environment = {**os.environ, "PATH": programs + ":" + os.environ["PATH"]}
    environment.pop("QUIPU_NODE", None)
    if node:
        environment["QUIPU_NODE"] = node
    done = subprocess.run(["bash", "-c", script], cwd=directory, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE_S)
    ran, lines = [], []
    for line in done.stdout.split("\n"):
        if line.startswith(MARK):
            ran.append((lines, int(line.rsplit(" ", 1)[1])))
            lines = []
        else:
            lines.append(line)
    assert len(ran) == len(commands), done.stdout  # none ended the shell
    return ran


def faults_of(path, step, ran):
    (number, command, lines), (said, code) = step, ran
    lost = missing(lines, said)
    if (code != 0) != must_fail(lines):
        return [f"{path}:{number}: {command}: exit code {code}\n" + "\n".join(said)]
    if lost is not None:
        return [f"{path}:{number}: {command}: does not say: {lost}\n" + "\n".join(said)]
    return []


def walk(path, programs, directory, port):
    steps = list(page.shown(path))
    if not steps:
        return [f"{path}: shows no command"]
    faults = []
    for step, ran in zip(steps, run([here_and_now(step[1], port) for step in steps], programs, directory)):
        faults += faults_of(path, step, ran)
    print(f"{path}: {len(steps)} commands, {len(faults)} faults", flush=True)
    return faults


def lay_out(programs, source, out):
    """A folder that looks as the built sources do to who types there, and the command that stops its network."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    down = [os.path.join(programs, "quipu-testnet"), "down", "--dir", os.path.join(out, "build", "testnet")]
    subprocess.run(down, capture_output=True)  # one that an earlier run may have left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(os.path.join(out, "build", "release"))
    os.symlink(programs, os.path.join(out, "build", "release", "bin"))
    for folder in ("testnet", "tests", "docs"):
        os.symlink(os.path.join(source, folder), os.path.join(out, folder))
    return down


def main():
    programs, source, out, *pages = (os.path.abspath(word) for word in sys.argv[1:])
    down = lay_out(programs, source, out)
    port = free_ports(LOWEST_PORT, PORTS_WITH_PROXY)
    faults = []
    try:
        for path in pages:
            founds = ("quipu-testnet up ", "quipu genesis new ")
            starts = any(word in command for _, command, _ in page.shown(path) for word in founds)
            running = os.path.exists(os.path.join(out, "build", "testnet"))
            if starts and running:
                subprocess.run(down, capture_output=True)
                shutil.rmtree(os.path.join(out, "build", "testnet"))
            if not starts and not running:
                (said, code), = run([here_and_now(UP, port)], programs, out)
                if code != 0:
                    sys.exit("\n".join(said))
            faults += walk(path, programs, out, port)
    finally:
        subprocess.run(down, capture_output=True)
    print("\n".join(faults))
    if faults:
        sys.exit(1)
    shutil.rmtree(out)


if __name__ == "__main__":
    main()
