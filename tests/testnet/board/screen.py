# SPDX-License-Identifier: Apache-2.0
"""A program on a pseudo-terminal, and what a person would see there."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

SEQUENCE = re.compile(rb"\x1b\[(\??)([0-9;]*)([A-Za-z])|\x1b(?:\[[?0-9;]*)?$")
PATIENCE_S = 30


class Screen:
    def __init__(self, command, columns=132, rows=30):
        self.child, self.master = pty.fork()
        if self.child == 0:
            os.environ["TERM"] = "xterm"
            time.sleep(0.2)  # until the size is set
            os.execv(command[0], command)
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.master)
        self.raw = b""       # all that was written
        self.pending = b""   # the beginning of a sequence
        self.row = self.column = 0
        self.alternate = False
        self.cursor = True

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # ---------------------------------------------------------------- seeing

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def take(self, seconds):
        """Reads what comes for so long; False once the program has closed its terminal."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                return True
            try:
                got = os.read(self.master, 65536)
            except OSError:
                return False
            if not got:
                return False
            self.raw += got
            self.show(self.pending + got)
        return True

    def show(self, data):
        self.pending = b""
        while data:
            match = SEQUENCE.match(data)
            if match and match[3] is None:
                self.pending = data
                return
            if match:
                self.obey(match[1], match[2], match[3])
                data = data[match.end():]
            else:
                self.put(chr(data[0]))
                data = data[1:]

    def put(self, letter):
        if letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.row = min(self.row + 1, self.rows - 1)
        elif letter >= " ":
            assert self.row < self.rows and self.column < self.columns, f"painted outside, at {self.row}, {self.column}"
            self.cells[self.row][self.column] = letter
            self.column += 1

    def obey(self, private, numbers, verb):
        if private and numbers == b"1049":
            self.alternate = verb == b"h"
        elif private and numbers == b"25":
            self.cursor = verb == b"h"
        elif verb == b"H":
            row, _, column = numbers.partition(b";")
            self.row, self.column = int(row or 1) - 1, int(column or 1) - 1
        elif verb == b"J":
            self.cells = [[" "] * self.columns for _ in range(self.rows)]
        elif verb == b"K" and self.row < self.rows:
            self.cells[self.row][self.column:] = [" "] * (self.columns - self.column)

    def wait(self, what, true):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if true():
                return
            if not self.take(0.1):
                break
        print("\n".join(self.lines()))
        sys.exit(f"not seen: {what}")

    def row_of(self, beginning):
        """The first line that begins so, but for the mark of what is chosen."""
        return next((line for line in self.lines() if line[2:].startswith(beginning)), "")

    # ---------------------------------------------------------------- acting

    def type(self, keys):
        os.write(self.master, keys)

    def signal(self, number):
        os.kill(self.child, number)

    def wait_end(self):
        """The status as waitpid gives it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                while self.take(0.2):
                    if not select.select([self.master], [], [], 0)[0]:
                        break
                return status
            self.take(0.05)
        os.kill(self.child, signal.SIGKILL)
        sys.exit("the program did not end")

    def is_as_before(self):
        now = termios.tcgetattr(self.master)
        return now == self.before and not self.alternate and self.cursor
