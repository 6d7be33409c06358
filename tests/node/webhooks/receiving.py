#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tests of webhooks with real nodes share: a receiver that checks every post by the example of docs/api.md, a network whose Peru posts
to it, and what must hold of all that was taken."""
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strangers"))
from make_ledger import PATIENCE_S, Network

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DAY = time.strftime("%Y-%m-%d", time.gmtime())


def example(page):
    """The function `verified` as the page has it."""
    with open(page, encoding="utf-8") as file:
        section = file.read().split("\n## Webhooks\n")[1].split("\n## ")[0]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    names = {}
    exec(code, names)  # a page of ours
    return names["verified"]


def check(true, what):
    if not true:
        sys.exit("FAILED: " + what)


def wait(what, true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        check(time.monotonic() < end, "did not happen: " + what)
        time.sleep(0.1)


class Receiver:
    """What it took, as pairs of id and body, in the order in which it came."""
    def __init__(self, verified):
        self.verified, self.secret, self.taken, self.refused, self.faults = verified, SECRET, [], 0, []
        self.refuse_next, self.port, self.server = 0, 0, None

    def open(self):
        receiver = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                status = receiver.take(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", self.port), Door)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.port}/quipu?from=node"

    def take(self, path, headers, body):
        try:
            self.verified(self.secret, headers, body)
        except ValueError as error:
            self.faults.append(str(error))
            return 401
        if path != "/quipu?from=node":
            self.faults.append(path)
            return 404
        if self.refuse_next > 0:
            self.refuse_next -= 1
            self.refused += 1
            return 503
        self.taken.append((headers["webhook-id"], body))
        return 200

    def close(self):
        """As one whose machine is switched off: nobody listens any more, and open connections end."""
        self.server.shutdown()
        self.server.server_close()
        self.refuse_next = 1_000_000_000  # on a connection that is still open


class Office(Network):
    def __init__(self, programs, sample, out, lowest_port):
        super().__init__(programs, sample, os.path.join(out, "network"), lowest_port)
        self.out, self.sequence = out, 0

    def file(self, *path):
        return os.path.join(self.directory, "PE", *path)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port + 6}{path}") as answer:
            return answer.read().decode()

    def testnet(self, command):
        self.run("quipu-testnet", command, "PE", "--dir", self.directory)

    def check_config(self):
        return subprocess.run([os.path.join(self.programs, "quipud"), "--config", self.file("quipud.toml"), "--check-config"],
                              capture_output=True, text=True)

    def write_secret(self, *secrets):
        with open(self.file("desk.secret.new"), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("\n".join(secrets) + "\n")
        os.rename(self.file("desk.secret.new"), self.file("desk.secret"))

    def set_up(self, url):
        with open(self.file("quipud.toml"), "a", encoding="utf-8") as file:
            file.write(f'\n[[webhooks]]\nname = "desk"\nurl = "{url}"\nsecret_file = "desk.secret"\nsince = 0\n')
        refused = self.check_config()
        check(refused.returncode == 1 and "webhook desk" in refused.stderr, "a secret that is not there is no fault of the configuration")
        self.write_secret(SECRET)
        taken = self.check_config()
        check(taken.returncode == 0, taken.stderr)

    def state(self, *events):
        """By Chile, and waits until Peru has it."""
        self.sequence += 1
        name = os.path.join(self.out, f"statement{self.sequence}.json")
        with open(name, "w", encoding="utf-8") as file:
            json.dump({"events": [{"decision_date": DAY, **event} for event in events]}, file)
        before = self.changes()
        self.quipu("submit", name, "--key", os.path.join(self.directory, "CL", "keys", "issuer.key"), "--wait")
        return before

    def changes(self):
        return json.loads(self.get("/v1/changes?since=0&by=PE&limit=5000"))["items"]

    def metric(self, name):
        found = re.search(name + r'{webhook="desk"} ([0-9.e+]+)\n', self.get("/metrics"))
        check(found, "no metric " + name)
        return float(found[1])

    def log(self):
        with open(self.file("quipud.log"), encoding="utf-8") as file:
            return file.read()


def make_history(office):
    """Four changes that bear on firms which Peru recognises."""
    office.import_lines("PE", slice(0, 1))  # Peru recognises Chile's firms
    office.state({"operator_registered": {"subject": "CL-77", "tin": "CL20559000777", "person": "LEGAL"}},
                 {"consent_granted": {"subject": "CL-77"}},
                 {"certificate_granted": {"certificate": "CL-0777", "subject": "CL-77", "scheme": "SECURITY", "roles": ["EXPORTER"],
                                          "valid_to": f"{int(DAY[:4]) + 3}-01-31"}})
    wait("the statements reach Peru", lambda: len(office.changes()) == 4)


def id_ends(changes):
    return [f"_PE_{each['index']}_{each['event']}" for each in changes]


def have_all(receiver, changes):
    ids = {each[0] for each in receiver.taken}
    return all(any(each.endswith(end) for each in ids) for end in id_ends(changes))


def check_taken(receiver, changes):
    """Each change once by its id, first come in the order of the log, the same bytes when it came again."""
    bodies = {}
    for each, body in receiver.taken:
        check(bodies.setdefault(each, body) == body, each + " came again with other bytes")
    ends = id_ends(changes)
    check(len(bodies) == len(ends), f"{len(bodies)} ids for {len(ends)} changes")
    for (each, body), end, change in zip(bodies.items(), ends, changes):
        check(each.endswith(end), f"{each} came where {end} is next")
        told = json.loads(body)["data"]
        check(told["as"] == "PE" and told["change"]["id"] == change["id"] and told["change"]["statement"] == change["statement"], each)
    check(not receiver.faults, str(receiver.faults[:3]))
    return bodies


def run(play, lowest_port):
    """`play` gets the office and a function that makes a receiver."""
    programs, sample, out, page = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    office = Office(programs, sample, out, lowest_port)
    office.stop()  # one that an earlier run left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    try:
        play(office, lambda: Receiver(example(page)))
    except BaseException:
        if os.path.exists(office.file("quipud.log")):
            print(office.log()[-3000:], file=sys.stderr)
        raise
    finally:
        office.stop()
    shutil.rmtree(out)
