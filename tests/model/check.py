#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Has Spin search the model of consensus (voting.pml) in every configuration below and compares verdict and size.

A safe configuration must be searched to the end; in the others a fault is planted, and the fork it leads to must be found.
docs/model.md explains them. Needs spin and a C compiler.
Usage: check.py [--long] [--show] [GROUP or NAME ...]
  --long  the large searches too (minutes, up to 1 GiB)    --show  how each fork comes about, step by step
"""
import argparse
import dataclasses
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "voting.pml")
MEMORY_MIB = 2000
DEPTH = 10000
SAFE, FORKS = "safe", "forks"


@dataclasses.dataclass
class Configuration:
    name: str
    group: str
    options: str  # of voting.pml, where they are explained
    verdict: str
    states: int = 0  # of a safe one: exactly so many, or the model has changed and docs/model.md too must say so
    long: bool = False

    def defines(self):
        """As arguments; an option alone is on, and a later one overrides."""
        values = dict((option + "=1").split("=")[:2] for option in self.options.split())
        return [f"-D{name}={value}" for name, value in values.items()]


FIVE = "HONEST=4"  # with the one Byzantine member
SEVEN = "HONEST=5 BYZANTINE=2 QUORUM=5"
RECOVERY = "AMNESIA ABSTAIN ENTRY_PROOFS LOWEST_VIEW=0"
HANDOVER = "VIEWS=3 OLD_VIEWS=2"

CONFIGURATIONS = [
    Configuration("base", "voting", "", SAFE, 29819),
    Configuration("three_views", "voting", "VIEWS=3 HOSTILE_LEADERS=0", SAFE, 85375),
    Configuration("three_hostile_leaders", "voting", "VIEWS=3", SAFE, 8803959, long=True),
    Configuration("five_members", "voting", f"{FIVE} QUORUM=4", SAFE, 84253),
    Configuration("exclusions_only", "voting", "EXCLUSIONS_ONLY", SAFE, 35163),
    Configuration("no_skip_check", "voting", "NO_SKIP_CHECK", FORKS),
    Configuration("finalize_after_nullify", "voting", "FINALIZE_AFTER_NULLIFY", FORKS),
    Configuration("nullify_after_finalize", "voting", "NULLIFY_AFTER_FINALIZE", FORKS),
    Configuration("double_notarize", "voting", "DOUBLE_NOTARIZE", FORKS),
    Configuration("quorum_too_small", "voting", f"{FIVE} QUORUM=3", FORKS),

    Configuration("forgets", "recovery", "AMNESIA", FORKS),
    Configuration("forgets_alone", "recovery", "AMNESIA HONEST=4 BYZANTINE=0 HOSTILE_LEADERS=0", SAFE, 948309),
    Configuration("abstains", "recovery", RECOVERY, SAFE, 545375),
    Configuration("abstains_three_views", "recovery", f"{RECOVERY} VIEWS=3 HOSTILE_LEADERS=0", SAFE, 3516413),
    Configuration("abstains_of_seven", "recovery", f"{RECOVERY} {SEVEN} HOSTILE_LEADERS=0", SAFE, 791183),
    Configuration("abstains_of_seven_hostile", "recovery", f"{RECOVERY} {SEVEN} HOSTILE_LEADERS=4", SAFE, 5563847, long=True),
    Configuration("back_a_view_early", "recovery", f"{RECOVERY} BOUND_TOO_LOW", FORKS),
    Configuration("back_an_answer_early", "recovery", f"{RECOVERY} MISSING_ANSWERS=1", FORKS),
    Configuration("back_an_answer_early_of_seven", "recovery",
                  f"{RECOVERY} {SEVEN} HOSTILE_LEADERS=4 MISSING_ANSWERS=1", FORKS, long=True),
    Configuration("no_entry_proofs", "recovery", f"{RECOVERY} ENTRY_PROOFS=0 VIEWS=3 HOSTILE_LEADERS=0", FORKS),

    Configuration("handover", "handover", f"{HANDOVER} HOSTILE_LEADERS=2", SAFE, 374561),
    Configuration("handover_second_view", "handover", f"{HANDOVER} HOSTILE_LEADERS=4", SAFE, 377697),
    Configuration("handover_hostile_leaders", "handover", HANDOVER, SAFE, 6221569, long=True),
    Configuration("handover_two_views_after", "handover", "VIEWS=4 OLD_VIEWS=2 HOSTILE_LEADERS=0", SAFE, 1776225, long=True),
    Configuration("starts_on_notarized", "handover", f"{HANDOVER} HOSTILE_LEADERS=2 START_ON_NOTARIZED", FORKS),
    Configuration("old_set_goes_on", "handover", f"{HANDOVER} HOSTILE_LEADERS=2 OLD_GOES_ON", FORKS),
]


def tools():
    """The C compiler. Without the tools nothing is checked, which is a failure and no skip."""
    if not shutil.which("spin"):
        sys.exit("spin is not installed, so the model of consensus is NOT checked: sh testnet/install.sh tests")
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    return compiler or sys.exit("no C compiler, so the model of consensus is NOT checked: sh testnet/install.sh tests")


def search(defines, folder, depth=DEPTH, memory_mib=MEMORY_MIB):
    """Has Spin make a verifier and runs it; what the verifier said, the search it made included."""
    compiler = tools()
    made = ["spin", *defines, "-a", MODEL], [compiler, "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", f"-DMEMLIM={memory_mib}", "-o", "pan", "pan.c"]
    for command in made:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0 or not os.path.exists(os.path.join(folder, "pan.c")):
            return f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return subprocess.run(["./pan", "-n", f"-m{depth}"], cwd=folder, capture_output=True, text=True).stdout


def judge(said):
    """(verdict, states) of a verifier's words; the verdict is why, when it is neither SAFE nor FORKS."""
    states = re.search(r"(\d+) states, stored", said)
    errors = re.search(r"errors: (\d+)", said)
    if not states or not errors:
        return "no search was made", 0
    states, errors = int(states[1]), int(errors[1])
    whole = re.search(r"^Full statespace search for:", said, re.M) and re.search(r"assertion violations\s+\+", said)
    for cut in ("max search depth too small", "reached -DMEMLIM bound", "out of memory", "hash-table full", "invalid end state (at depth"):
        if cut in said:
            return cut, states
    if not whole:
        return "not every state was to be looked at", states
    if errors == 1 and re.search(r"^pan:1: assertion violated\s+!\(forked\) \(at depth \d+\)$", said, re.M):
        return FORKS, states
    if errors == 0 and "assertion violated" not in said and "Search not completed" not in said:
        return SAFE, states
    return "another error than a fork, or an end before the end", states


def complaint(wanted, verdict, states):
    """What is wrong with the outcome; empty when nothing is."""
    if verdict != wanted.verdict:
        return f"should be: {wanted.verdict}"
    if verdict == SAFE and states != wanted.states:
        return f"should have {wanted.states} states: the model has changed; say so here and in docs/model.md"
    return ""


def replay(wanted, folder):
    """The steps to the fork, as the model's printf tells them."""
    done = subprocess.run(["spin", *wanted.defines(), "-t", "-k", os.path.join(folder, "voting.pml.trail"), MODEL],
                          cwd=folder, capture_output=True, text=True)
    return "".join(f"    {line.strip()}\n" for line in done.stdout.splitlines() if line.strip().startswith(("view", "a member")))


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check(wanted, folder, show):
    began = processor_seconds()
    said = search(wanted.defines(), folder)
    verdict, states = judge(said)
    wrong = complaint(wanted, verdict, states)
    print(f"{wanted.name:32}{verdict:8}{states:>9} states {processor_seconds() - began:6.1f} s  {wrong}", flush=True)
    if wrong:
        print("  options:", wanted.options, "\n" + said)
    if verdict == FORKS and (show or wrong):
        print(replay(wanted, folder))
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="the large searches too")
    parser.add_argument("--show", action="store_true", help="how each fork comes about")
    parser.add_argument("names", nargs="*", help="groups or configurations")
    asked = parser.parse_args()
    chosen = [c for c in CONFIGURATIONS if (not asked.names or c.group in asked.names or c.name in asked.names)
              and (asked.long or not c.long or c.name in asked.names)]
    if not chosen:
        sys.exit("no such configuration: " + " ".join(asked.names))
    bad = 0
    for wanted in chosen:
        with tempfile.TemporaryDirectory() as folder:
            bad += not check(wanted, folder, asked.show)
    print(f"{len(chosen)} configurations, {bad} not as expected")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
