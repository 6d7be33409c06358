#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`quipu-testnet status --watch` and `up --watch` on a pseudo-terminal: keys are pressed, and what they do is seen on the screen
and, independently, in the processes.

Usage: on_a_terminal.py PROGRAMS SAMPLE OUT
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path += [here, os.path.join(here, "..", "..", "strangers")]
from make_ledger import PORTS, Network, are_free
from screen import Screen

LOWEST_PORT, ALL_PORTS = 21500, 24  # eight of the nodes, twelve of the proxy


def free_ports():
    for first in range(LOWEST_PORT, LOWEST_PORT + 10 * ALL_PORTS, ALL_PORTS):
        if all(are_free(first + ahead) for ahead in range(0, ALL_PORTS, PORTS)):
            return first
    sys.exit("no free ports")


def check(true, what):
    if not true:
        sys.exit(f"it is not so: {what}")


class Trial:
    def __init__(self, programs, sample, out):
        self.network = Network(programs, sample, os.path.join(out, "network"))
        self.network.port = free_ports()
        self.program = os.path.join(programs, "quipu-testnet")

    def board(self, *size):
        screen = Screen([self.program, "status", "--watch", "--dir", self.network.directory], *size)
        screen.wait("four members are ready", lambda: any(line.startswith("4 of 4 ready") for line in screen.lines()))
        return screen

    def nodes(self):
        said = self.network.run("quipu-testnet", "status", "--dir", self.network.directory, "--output", "json")
        return {node["administration"]: node for node in json.loads(said)["nodes"]}

    def links(self):
        return self.network.run("quipu-testnet", "link", "--show", "--dir", self.network.directory)

    def distances(self, out):
        """Chile and Peru are a little apart, the others at one place."""
        path = os.path.join(out, "distances.csv")
        pairs = ("BO,BR,0,0", "BO,CL,0,0", "BO,PE,0,0", "BR,CL,0,0", "BR,PE,0,0", "CL,PE,7,0")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(("one,other,delay_ms,jitter_ms", *pairs)) + "\n")
        return path

    # ----------------------------------------------------------------- cases

    def a_node_dies_and_comes_back(self):
        screen = self.board()
        before = self.nodes()["BR"]["pid"]
        screen.type(b"\x1b[Bk")
        screen.wait("BR is down", lambda: screen.row_of("BR").endswith("DOWN"))
        check(not self.nodes()["BR"]["running"], "BR's process is gone")
        screen.wait("the others go on", lambda: any(line.startswith("3 of 4 ready") for line in screen.lines()))
        screen.type(b"r")
        screen.wait("BR is ready again", lambda: screen.row_of("BR").startswith("> BR   ready"))
        after = self.nodes()["BR"]
        check(after["running"] and after["pid"] != before, "BR has a new process")
        screen.type(b"p")
        screen.wait("BR is paused", lambda: screen.row_of("BR").endswith("PAUSED"))
        check(self.nodes()["BR"]["paused"], "BR's process is stopped")
        screen.type(b"r")
        screen.wait("BR goes on", lambda: screen.row_of("BR").startswith("> BR   ready"))
        check(self.nodes()["BR"]["pid"] == after["pid"], "it is the same process")
        self.leave(screen)

    def a_link_is_cut_and_healed(self):
        screen = self.board()
        link = lambda: next(line for line in screen.lines()[10:] if line.startswith("  CL"))
        screen.type(b"\x1b[B\x1b[B\x1b[C\x1b[D")  # to CL; its other end is PE, BO, PE again
        screen.wait("the delay is shown", lambda: "[7]" in link())
        screen.type(b"l")
        screen.wait("the link is cut", lambda: "[CUT]" in link())
        check("CL -> PE  delay_ms=7 cut=1" in self.links() and "PE -> CL  delay_ms=7 cut=1" in self.links(), "both ways")
        check(self.links().count("cut=1") == 2, "and no other")
        screen.type(b"l")
        screen.wait("it is healed and as long as before", lambda: "[7]" in link())
        check("cut=1" not in self.links(), "the proxy passes everything")
        self.network.run("quipu-testnet", "link", "CL", "PE", "--delay", "9ms", "--cut", "--dir", self.network.directory)
        self.network.run("quipu-testnet", "link", "all", "all", "--heal", "--dir", self.network.directory)
        check("CL -> PE  delay_ms=7  dialled" in self.links() and "BO -> PE  healthy" in self.links(), "the distance is no fault")
        self.leave(screen)

    def a_load_goes_on_and_off(self):
        screen = self.board()
        before = self.nodes()["BO"]["size"]
        screen.type(b"a")
        screen.wait("a rate", lambda: any(line.startswith("  from due until seen FINAL: p50 ") and "p50 0.0" not in line for line in screen.lines()))
        screen.wait("times to final", lambda: " ms" in screen.row_of("BO"))
        screen.type(b"a")
        screen.wait("it is off", lambda: any(line.startswith("load off: ") for line in screen.lines()))
        check(self.nodes()["BO"]["size"] > before + 10, "the log has grown")
        self.leave(screen)

    def only_what_changes_is_painted(self):
        screen = self.board()
        screen.take(1.5)
        start = len(screen.raw)
        screen.take(3)
        painted = screen.raw[start:]
        check(b"\x1b[2J" not in painted, "the screen is never cleared")
        check(0 < len(painted) < 3000, f"three seconds of nothing but the clock are few bytes: {len(painted)}")
        self.leave(screen)

    def another_size_is_another_board(self):
        screen = self.board()
        for columns, rows in ((60, 20), (40, 8), (200, 50), (132, 30)):
            screen.resize(columns, rows)
            # Whatever is painted outside fails in the screen.
            screen.wait("the keys are on the last line", lambda: screen.lines()[-1].startswith("arrows  k kill"))
            screen.wait("and the heads on the fifth", lambda: screen.lines()[4].startswith("  NODE STATE"))
        self.leave(screen)

    def every_end_gives_the_terminal_back(self):
        for key in (b"q", b"\x03", b"\x1c"):
            screen = self.board()
            check(not screen.is_as_before(), "the board has the terminal")
            self.leave(screen, key)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            screen = self.board()
            screen.signal(number)
            check(screen.wait_end() == 0 and screen.is_as_before(), f"after {number.name} the terminal is as before")
        for number in (signal.SIGABRT, signal.SIGSEGV):
            screen = self.board()
            screen.signal(number)
            check(os.WTERMSIG(screen.wait_end()) == number, f"{number.name} is not hidden")
            check(screen.is_as_before(), f"after {number.name} the terminal is as before")

    def it_rests_and_goes_on(self):
        screen = self.board()
        screen.type(b"\x1a")
        _, status = os.waitpid(screen.child, os.WUNTRACED)
        screen.take(0.2)
        check(os.WIFSTOPPED(status) and screen.is_as_before(), "Ctrl-Z gives the terminal back")
        screen.signal(signal.SIGCONT)
        screen.wait("the board is there again", lambda: screen.alternate and screen.lines()[-1].startswith("arrows  k kill"))
        self.leave(screen)

    def a_terminal_that_goes_away_ends_it(self):
        screen = self.board()
        os.close(screen.master)
        for _ in range(100):
            if os.waitpid(screen.child, os.WNOHANG)[0]:
                return
            time.sleep(0.1)
        sys.exit("it goes on without a terminal")

    def a_pipe_gets_plain_lines(self):
        watching = subprocess.Popen([self.program, "status", "--watch", "--dir", self.network.directory], stdout=subprocess.PIPE)
        time.sleep(3.5)
        watching.send_signal(signal.SIGINT)
        said = watching.communicate(timeout=10)[0].decode()
        check(watching.returncode == 0, "an interrupt is no failure")
        check("\x1b" not in said, "no escape sequences")
        check(said.count("4 of 4 ready") >= 2 and "  PE   ready" in said, "it says what the board shows")
        check("q quit" not in said, "and speaks of no keys")

    def leaving_up_stops_the_network(self):
        up = [self.program, "up", "--watch", "--dir", self.network.directory]
        for key in (b"q", b"\x03"):
            screen = Screen(up)
            screen.wait("the board", lambda: any(line.startswith("4 of 4 ready") for line in screen.lines()))
            self.leave(screen, key)
            check(b"Stopped.\r\n" in screen.raw, f"all ended when asked, none by force: {screen.raw[-200:]}")
            check(not any(node["running"] for node in self.nodes().values()), "no node runs")

    def leave(self, screen, key=b"q"):
        screen.type(key)
        check(screen.wait_end() == 0, "it ends well")
        check(screen.is_as_before(), f"after {key} the terminal is as before")


def main():
    programs, sample, out = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    trial = Trial(programs, sample, out)
    trial.network.stop()  # one that an earlier run may have left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    try:
        trial.network.start("--wan", trial.distances(out))
        for case in (trial.a_node_dies_and_comes_back, trial.a_link_is_cut_and_healed, trial.a_load_goes_on_and_off,
                     trial.only_what_changes_is_painted, trial.another_size_is_another_board,
                     trial.every_end_gives_the_terminal_back, trial.it_rests_and_goes_on,
                     trial.a_terminal_that_goes_away_ends_it, trial.a_pipe_gets_plain_lines):
            begun = time.monotonic()
            case()
            print(f"{case.__name__.replace('_', ' ')}: {time.monotonic() - begun:.1f} s", flush=True)
        trial.network.stop()
        trial.leaving_up_stops_the_network()
        print("leaving up stops the network")
    finally:
        trial.network.stop()
    shutil.rmtree(out)


main()
