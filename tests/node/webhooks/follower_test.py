#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks of a real follower: whoever is told from the beginning has what a member posts, by id and byte for byte; whoever is told from
now on, nothing of the history that filled its ledger. It goes on after it was stopped, killed, and its ledger deleted.
Usage: follower_test.py PROGRAMS SAMPLE OUT API_PAGE
"""
import os
import re
import shutil
import socket
import subprocess
import urllib.request

from receiving import DAY, SECRET, check, check_taken, have_all, make_history, run, wait

LOWEST_PORT = 22100
MOST_AGAIN = 64


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Follower:
    def __init__(self, office):
        self.directory, self.settings = os.path.join(office.out, "follower"), os.path.join(office.out, "settings")
        os.makedirs(self.settings)
        self.port, self.process = free_port(), None
        self.command = [os.path.join(office.programs, "quipud"), "--follow", f"http://127.0.0.1:{office.port}", "--genesis",
                        os.path.join(office.directory, "genesis.json"), "--dir", self.directory, "--http", f"127.0.0.1:{self.port}",
                        "--config", os.path.join(self.settings, "follower.toml")]

    def set_up(self, desk, news):
        """As an operator would, who makes every mistake once."""
        self.write_settings(f'[[webhooks]]\nname = "desk"\nurl = "{desk.url()}"\nsecret_file = "desk.secret"\nsince = 0\n')
        self.check_refused("as must name a member")
        self.write_settings('[node]\nadministration = "PE"\n')
        self.check_refused("node is no setting of a follower")
        self.write_settings("".join(
            f'[[webhooks]]\nname = "{name}"\nurl = "{receiver.url()}"\nsecret_file = "desk.secret"\nas = "PE"\n{since}'
            for name, receiver, since in (("desk", desk, "since = 0\n"), ("news", news, ""))))
        self.check_refused("webhook desk")
        with open(os.path.join(self.settings, "desk.secret"), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(SECRET + "\n")
        taken = self.check_config()
        check(taken.returncode == 0 and "in order" in taken.stdout, taken.stderr)
        check(not os.path.exists(self.directory), "--check-config made a ledger")

    def write_settings(self, text):
        with open(os.path.join(self.settings, "follower.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def check_config(self):
        return subprocess.run([*self.command, "--check-config"], capture_output=True, text=True, timeout=30)

    def check_refused(self, why):
        refused = self.check_config()
        check(refused.returncode == 1 and why in refused.stderr, f"not refused for '{why}': {refused.stdout}{refused.stderr}")

    def start(self):
        with open(self.directory + ".log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def stop(self):
        self.process.terminate()
        check(self.process.wait(timeout=30) == 0, "the follower did not stop as it should")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def lose_ledger(self):
        shutil.rmtree(os.path.join(self.directory, "ledger"))

    def has_begun(self, name):
        return os.path.exists(os.path.join(self.directory, "webhooks", name + ".position"))

    def metric(self, name, webhook="desk"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
                found = re.search(name + r'{webhook="' + webhook + r'"} ([0-9.e+]+)\n', answer.read().decode())
        except OSError:
            return None
        return float(found[1]) if found else None

    def log(self):
        with open(self.directory + ".log", encoding="utf-8") as file:
            return file.read()


def register_another(office, number):
    before = office.state({"operator_registered": {"subject": f"CL-{number}", "tin": f"CL20559000{number}", "person": "LEGAL"}},
                          {"consent_granted": {"subject": f"CL-{number}"}})
    wait("the firm reaches Peru", lambda: len(office.changes()) == len(before) + 2)


def told_as_members_tell(office, follower, desk, news, of_member):
    follower.start()
    wait("whoever is told from the beginning has everything", lambda: have_all(desk, office.changes()))
    wait("whoever is told from now on has begun", lambda: follower.has_begun("news"))
    history = len(office.changes())
    office.state({"reason": "AUDIT", "certificate_suspended": {"certificate": "CL-0777", "ground": "INVESTIGATION",
                                                               "until": f"{int(DAY[:4]) + 1}-01-31"}})
    wait("the suspension reaches Peru", lambda: len(office.changes()) == history + 1)
    for receiver in (desk, of_member):
        wait("the suspension is told", lambda: have_all(receiver, office.changes()))
    wait("the suspension is news", lambda: have_all(news, office.changes()[history:]))
    check_taken(news, office.changes()[history:])
    bodies = check_taken(desk, office.changes())
    check(bodies == check_taken(of_member, office.changes()), "a follower and a member post the same change with other ids or bytes")
    check(len(desk.taken) == len(bodies), "something was told twice without a reason")
    wait("nothing lags", lambda: follower.metric("quipu_webhook_lag_seconds") == 0)
    check(follower.metric("quipu_webhook_taken_total", "news") == 1, "the metric does not count what was taken")


def goes_on_exactly(office, follower, desk, number, meanwhile):
    """A clean stop notes all, so nothing comes twice."""
    before = len(desk.taken)
    follower.stop()
    meanwhile()
    register_another(office, number)
    follower.start()
    wait("what came meanwhile is told", lambda: have_all(desk, office.changes()))
    check_taken(desk, office.changes())
    check(len(desk.taken) == before + 2, f"{len(desk.taken) - before} posts for two changes after a clean stop")


def goes_on_after_a_kill(office, follower, desk):
    desk.close()
    register_another(office, 790)
    wait("the posts fail", lambda: (follower.metric("quipu_webhook_failures_total") or 0) >= 2)
    check(follower.metric("quipu_webhook_lag_seconds") > 0, "no lag though nothing is taken")
    follower.kill()
    register_another(office, 791)
    before, desk.refuse_next = len(desk.taken), 0
    desk.open()
    follower.start()
    wait("a receiver that was away has everything", lambda: have_all(desk, office.changes()))
    check_taken(desk, office.changes())
    check(len(desk.taken) <= before + 4 + MOST_AGAIN, "a killed follower told more again than a member may")


def play(office, new_receiver):
    desk, news, of_member = (new_receiver() for _ in range(3))
    for receiver in (desk, news, of_member):
        receiver.open()
    office.start()
    office.testnet("kill")
    office.set_up(of_member.url())
    office.testnet("restart")
    follower = Follower(office)
    follower.set_up(desk, news)
    make_history(office)
    try:
        told_as_members_tell(office, follower, desk, news, of_member)
        goes_on_exactly(office, follower, desk, 788, lambda: None)
        goes_on_exactly(office, follower, desk, 789, follower.lose_ledger)
        goes_on_after_a_kill(office, follower, desk)
        wait("nobody is forgotten", lambda: have_all(news, office.changes()[4:]))
        check("whsec_" not in follower.log() and "MfKQ9r8G" not in follower.log(), "a secret is in the log")
    except BaseException:
        if follower.process:
            print(follower.log()[-3000:])
        raise
    finally:
        follower.kill()
    print(f"{len(office.changes())} changes, {len(desk.taken)} posts taken, by id and body what a member posts")


run(play, LOWEST_PORT)
