#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manual pages: groff finds nothing wrong with them, and every command and option of the program's --help is in them. Also
that the reader of --help takes its odd lines apart.
Usage: manuals.py MANUAL_SCRIPTS PROGRAMS PAGE ...
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, sys.argv[1])
import help_text  # noqa: E402

ODD = {
    "  -h,--help                   Print this help message and exit": (["-h", "--help"], "", [], False),
    "  --by TEXT Excludes: --batch Recogniser, two letters": (["--by"], "TEXT Excludes: --batch", [], True),
    "  --summary Needs: --batch    Of a batch": (["--summary"], "Needs: --batch", [], False),
    "  --output ENUM:value in {csv->,json->,text-> ,xlsx->} OR {,, ,}=text":
        (["--output"], "ENUM:value in {csv->,json->,text-> ,xlsx->} OR {,, ,}=text", ["csv", "json", "text", "xlsx"], True),
    "  FILE TEXT REQUIRED          The list": (["FILE"], "TEXT REQUIRED", [], True),
}


def check_reader():
    wrong = []
    for line, wanted in ODD.items():
        entry = help_text.entry(line)
        if (entry.names, entry.kind, entry.choices, entry.takes_value) != wanted:
            wrong.append(f"{line}: read as {entry}")
    return wrong


def plain(page):
    shown = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-rLL=400n", page], capture_output=True, text=True, check=False,
                           env={**os.environ, "GROFF_NO_SGR": "1"})
    text = shown.stdout
    while "\b" in text:  # struck twice for bold
        at = text.index("\b")
        text = text[:at - 1] + text[at + 1:]
    return " ".join(text.replace("‐", "-").replace("−", "-").split()), shown.stderr.strip()


def check_page(programs, page):
    name = os.path.basename(page).rpartition(".")[0]
    text, complaints = plain(page)
    wrong = [f"{page}: {complaints}"] if complaints else []
    count = 0
    for command in help_text.read(os.path.join(programs, name), name).all():
        for word in [" ".join(command.words)] + [n for option in command.options for n in option.names]:
            count += 1
            if word not in text:
                wrong.append(f"{page} does not tell of {word}")
    return wrong, count


def main():
    if not shutil.which("groff"):
        print("SKIPPED: groff is not installed (package groff-base)")
        return
    wrong, told = check_reader(), 0
    for page in sys.argv[3:]:
        found, count = check_page(sys.argv[2], page)
        wrong, told = wrong + found, told + count
    print("\n".join(wrong) or f"{told} commands and options told of")
    sys.exit(1 if wrong or told < 100 else 0)


main()
