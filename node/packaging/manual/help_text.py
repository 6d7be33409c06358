# SPDX-License-Identifier: Apache-2.0
"""A program's --help, and that of all its commands, taken apart. What CLI11 prints is the only source: a manual or a
completion made from this cannot say anything else than the program."""
import dataclasses
import re
import subprocess

COLUMN = 30  # where CLI11's descriptions begin
ENTRY = re.compile(r"^  (\S+)(.*)$")
CHOICES = re.compile(r"\{([^{}]*)\}")


@dataclasses.dataclass
class Entry:
    names: list  # "-h", "--help"; of an argument or a command, its one name
    kind: str  # "TEXT REQUIRED"; empty: a flag
    says: str

    @property
    def takes_value(self):
        return bool(re.match(r"[A-Z]", self.kind)) and not re.match(r"(Needs|Excludes):", self.kind)

    @property
    def choices(self):
        """Of `TEXT:{text,json}`, and of `ENUM:value in {csv->,json->} OR {..}`."""
        found = CHOICES.search(self.kind)
        return [word.strip().partition("->")[0] for word in found[1].split(",") if word.strip()] if found else []


@dataclasses.dataclass
class Command:
    words: list  # the program's name, then the command's
    says: str
    usage: str
    arguments: list
    options: list
    commands: list  # of Command
    footer: list  # lines

    def all(self):
        yield self
        for command in self.commands:
            yield from command.all()


def printed(program, words):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, env={"COLUMNS": "80"}, check=False)
    if done.returncode != 0 or not done.stdout:
        raise SystemExit(f"{program} {' '.join(words)} --help: {done.returncode}\n{done.stderr}")
    return done.stdout.rstrip().split("\n")


def entry(line):
    name, rest = ENTRY.match(line).groups()
    says = ""
    if len(line) > COLUMN and line[COLUMN - 1] == " ":
        rest, says = line[2 + len(name):COLUMN], line[COLUMN:]
    return Entry(name.split(","), rest.strip(), says.strip())


def entries(lines):
    found = []
    for line in lines:
        if ENTRY.match(line):
            found.append(entry(line))
        elif line.strip():
            found[-1].says = (found[-1].says + " " + line.strip()).strip()
    return found


def sections(lines):
    """What stands under each of CLI11's headings, and the rest: the footer."""
    parts, heading, footer = {"Positionals:": [], "Options:": [], "Subcommands:": []}, None, []
    for line in lines:
        if not footer and line in parts:
            heading = line
        elif heading and (not line or line.startswith("  ")) and not footer:
            parts[heading].append(line)
        elif heading:
            footer.append(line)
    return [entries(part) for part in parts.values()], footer


def read(program, name, words=()):
    lines = printed(program, words)
    usage = next(number for number, line in enumerate(lines) if line.startswith("Usage: "))
    (arguments, options, commands), footer = sections(lines[usage + 1:])
    below = [read(program, name, [*words, command.names[0]]) for command in commands]
    pattern = " ".join(lines[usage].removeprefix("Usage: ").split(" ")[1 + len(words):])
    return Command([name, *words], " ".join(lines[:usage]).strip(), pattern, arguments, options, below, footer)
