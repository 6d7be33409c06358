#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when an object of a pure library asks the linker for a clock, randomness, the environment, files, sockets,
threads or locks. Sees symbols only, so arrows.py looks at the includes too.

Usage: purity.py [--except OBJECT]... LIBRARY.a...      --except keyfile.cpp.o: that object may
"""
import re
import subprocess
import sys

IMPURE = {
    "clock": r"(clock_gettime|gettimeofday|time|localtime(_r)?|gmtime(_r)?|mktime|strftime|std::chrono::_V2::.*clock::now\(\))",
    "randomness": r"(s?rand(om)?(_r)?|[dlm]rand48|getrandom|getentropy|arc4random\w*|randombytes\w*|crypto_(sign|box|kx)_keypair|std::random_device::.*|RAND_\w+)",
    "environment": r"((secure_)?getenv|setenv|setlocale|std::locale::global.*|gethostname|getpid)",
    "socket": r"(socket|connect|accept4?|bind|listen|send(to|msg)?|recv(from|msg)?|p?poll|epoll_\w+|select|getaddrinfo)",
    "sleep": r"(u|nano|clock_nano)?sleep",
    "file": r"(f?open(64|at)?|f?read|p?write|pread(64)?|pwrite(64)?|close|unlink|rename|mkdir|stat(64|x)?|fstat(64)?|fsync|fdatasync|mmap(64)?"
            r"|std::basic_[io]?f(ile)?stream<.*|std::basic_filebuf<.*|std::filesystem::.*)",
    "terminal": r"(std::(cout|cerr|clog|cin)|printf|puts|putchar)",
    "thread": r"(pthread_(?!once)\w+|std::thread::.*|std::jthread::.*|std::condition_variable.*|std::__atomic_futex.*|std::this_thread.*|sem_\w+)",
}
PATTERNS = {name: re.compile(pattern + r"(@.*)?$") for name, pattern in IMPURE.items()}


def undefined(library):
    """Pairs of object and the symbol it wants from elsewhere."""
    listing = subprocess.run(["nm", "-uC", library], check=True, capture_output=True, text=True).stdout
    current = library
    for line in listing.splitlines():
        if line.endswith(":"):
            current = line[:-1]
        elif line.strip():
            yield current, line.split(None, 1)[1] if len(line.split(None, 1)) > 1 else line.strip()


def main():
    spared, libraries, words = set(), [], sys.argv[1:]
    while words:
        word = words.pop(0)
        if word == "--except":
            spared.add(words.pop(0))
        else:
            libraries.append(word)
    bad, seen, objects = 0, 0, set()
    for library in libraries:
        for current, symbol in undefined(library):
            seen += 1
            objects.add((library, current))
            kind = next((name for name, pattern in PATTERNS.items() if pattern.match(symbol)), None)
            if kind and current not in spared:
                print(f"{library}({current}): wants {symbol}: {kind} in a pure folder")
                bad += 1
    for object_name in sorted(spared - {current for _, current in objects}):
        print(f"--except {object_name}: there is no such object, drop the exception")
        bad += 1
    if seen < 10:
        print("nm told next to nothing: these are not libraries of ours")
        bad += 1
    print(f"purity of {len(objects)} objects: {bad} findings")
    sys.exit(1 if bad else 0)


main()
