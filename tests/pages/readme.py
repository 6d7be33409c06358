#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README tried: its quick start (without the build, which ran) must show what the README shows, then all that it says to try must
work, on the network that the quick start left. Ports differ, which have to be free here; what needs more than that network is left out.
Usage: readme.py PROGRAMS SOURCE OUT
"""
import os
import shutil
import subprocess
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
import page
import walk

LOWEST_PORT = 21050
ELSEWHERE = ("postgres:",)  # a database


def block_with(path, words):
    return next([line for _, line in block] for block in page.blocks(path) if any(words in line for _, line in block))


def quick_start(readme, out, port):
    moved = os.path.join(out, "quickstart.sh")
    with open(os.path.join(out, "testnet", "quickstart.sh"), encoding="utf-8") as start, open(moved, "w", encoding="utf-8") as file:
        file.write("\n".join(walk.here_and_now(line, port) for line in start.read().split("\n")).replace('/.."', '"', 1))
    done = subprocess.run(["sh", moved, "--built"], cwd=out, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=walk.PATIENCE_S)
    lost = walk.missing(block_with(readme, "== Four administrations"), done.stdout.split("\n"))
    if done.returncode != 0 or lost is not None:
        return [f"the quick start ends with {done.returncode}, does not say: {lost}\n{done.stdout}"]
    return []


def stating(readme, programs, out, port):
    """What the page shows of a file is in the file."""
    steps = [step for step in page.shown(readme) if "firm.json" in step[1] or "PE20559000777" in step[1]]
    (_, _, content), *steps = steps
    with open(os.path.join(out, "firm.json"), "w", encoding="utf-8") as file:
        file.write("\n".join(content))
    ran = walk.run([walk.here_and_now(command, port) for _, command, _ in steps], programs, out, f"http://127.0.0.1:{port + 6}")
    return [fault for step, did in zip(steps, ran) for fault in walk.faults_of(readme, step, did)]


def trying(readme, programs, out, port):
    commands = [line for line in block_with(readme, "export QUIPU_NODE=") if not any(words in line for words in ELSEWHERE)]
    ran = walk.run([walk.here_and_now(command, port) for command in commands], programs, out)
    return [f"{command}: exit code {code}\n" + "\n".join(said) for command, (said, code) in zip(commands, ran) if code != 0]


def main():
    programs, source, out = (os.path.abspath(word) for word in sys.argv[1:])
    down = walk.lay_out(programs, source, out)
    readme, port = os.path.join(source, "README.md"), walk.free_ports(LOWEST_PORT, walk.PORTS_WITH_PROXY)
    try:
        faults = quick_start(readme, out, port)
        if not faults:
            faults = stating(readme, programs, out, port) + trying(readme, programs, out, port)
    finally:
        subprocess.run(down, capture_output=True)
    print("\n".join(faults) or "the README shows what happens")
    if faults:
        sys.exit(1)
    shutil.rmtree(out)


main()
