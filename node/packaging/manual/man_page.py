#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a program's manual page from its --help.
Usage: man_page.py PROGRAM VERSION OUT      (OUT ends in NAME.SECTION)
"""
import os
import sys
import time

import help_text

PROGRAMS = ["quipu", "quipu-audit", "quipu-signer", "quipu-testnet", "quipud"]
EXIT_CODES = "0: done. 1: failed, the reason is on standard error. 2: wrong usage."
FILES = {
    "quipud": [("/var/lib/quipu/quipud.toml", "Settings of the packaged service, each with a sentence; made by quipud init."),
               ("/var/lib/quipu/safety/slots", "What this member has signed. Never copy, restore or delete it.")],
    "quipu-signer": [("/etc/quipu/signer.env", "Options of the packaged service."),
                     ("/var/lib/quipu-signer/safety/slots", "What this member has signed. Never copy, restore or delete it.")],
}


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def kind_of(entry):
    if entry.choices:
        return " | ".join(entry.choices)
    return entry.kind


def put_entries(out, entries):
    for entry in entries:
        out.append(".TP")
        names = ", ".join(f"\\fB{roff(name)}\\fR" for name in entry.names)
        kind = kind_of(entry)
        out.append(names + (f" \\fI{roff(kind)}\\fR" if kind else ""))
        out.append(roff(entry.says) or "\\&")


def put_examples(out, footer):
    """Lines that begin with two spaces are typed; the others are prose."""
    typed = False
    for line in footer:
        if line.startswith("  ") != typed:
            typed = not typed
            out.append(".EX" if typed else ".EE")
        if line or typed:
            out.append(roff(line))
    if typed:
        out.append(".EE")


def put_command(out, command):
    out.append(f".SS {roff(' '.join(command.words))}")
    out.append(roff(command.says) + ".")
    out += [".PP", f"\\fB{roff(' '.join(command.words))}\\fR {roff(command.usage)}"]
    put_entries(out, command.arguments)
    put_entries(out, [option for option in command.options if "--help" not in option.names])
    if not command.commands and command.footer:
        out.append(".PP")
        put_examples(out, command.footer)


def page(program, version, section):
    name = program.words[0]
    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
    out = ['.\\" Made from --help by man_page.py.', f'.TH {name.upper()} {section} {date} "quipu {version}" "Quipu"']
    out += [".SH NAME", f"{name} \\- {roff(program.says.rstrip('.'))}"]
    out += [".SH SYNOPSIS", f"\\fB{name}\\fR {roff(program.usage)}"]
    out += [".SH DESCRIPTION", roff(program.says.rstrip(".")) + ".", ".SH OPTIONS"]
    put_entries(out, program.options)
    if program.commands:
        out.append(".SH COMMANDS")
        for command in list(program.all())[1:]:
            put_command(out, command)
    out.append(".SH EXAMPLES")
    put_examples(out, program.footer)
    out += [".SH EXIT STATUS", EXIT_CODES]
    if name in FILES:
        out.append(".SH FILES")
        put_entries(out, [help_text.Entry([path], "", says) for path, says in FILES[name]])
    others = [f"\\fB{roff(other)}\\fR({1 if other != 'quipud' and other != 'quipu-signer' else 8})"
              for other in PROGRAMS if other != name]
    out += [".SH SEE ALSO", ", ".join(others)]
    return "\n".join(out) + "\n"


def main():
    program, version, path = sys.argv[1:]
    name, _, section = os.path.basename(path).rpartition(".")
    with open(path, "w", encoding="utf-8") as file:
        file.write(page(help_text.read(program, name), version, section))


if __name__ == "__main__":
    main()
