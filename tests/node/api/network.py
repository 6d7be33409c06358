#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts a real network in which there is something of everything that the API tells of, runs a program on it, stops it.

OUT/world.json, which QUIPU_WORLD names, tells it where the nodes are and what is called how; OUT/*.leaf are submissions that
nobody has sent yet. Usage: network.py PROGRAMS SAMPLE OUT COMMAND ...
"""
import base64
import datetime
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strangers"))
from make_ledger import PATIENCE_S, Network

LOWEST_PORT = 21300
MEMBERS = ("BO", "BR", "CL", "PE")
ROLES = ("submitter", "governance", "reader", "auditor", "operator", "personal")
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def day(days):
    return (TODAY + datetime.timedelta(days)).isoformat()


def commitment(letter):
    return base64.b64encode(letter.encode() * 32).decode()


class Keeper(http.server.BaseHTTPRequestHandler):
    """Stands before a node and keeps what is handed in instead of passing it on. `ahead`: numbers are told too high by it."""
    node, kept, ahead = "", None, 0

    def do_GET(self):
        with urllib.request.urlopen(self.node + self.path) as answer:
            body = answer.read()
        if "/sequence" in self.path and self.ahead:
            told = json.loads(body)
            told["next"] += self.ahead
            body = json.dumps(told).encode()
        self.reply(200, body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/submissions":
            type(self).kept = body
        self.reply(400, b'{"type":"about:blank","title":"Kept","status":400,"code":"BAD_REQUEST"}')

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Desk(http.server.BaseHTTPRequestHandler):
    """Takes what a node posts to it, and keeps the first of it."""
    posts, MOST = [], 20

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(self.posts) < self.MOST:
            self.posts.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class World(Network):
    def __init__(self, programs, sample, out):
        super().__init__(programs, sample, os.path.join(out, "network"), LOWEST_PORT)
        self.out = out
        self.follower = None

    # ---------------------------------------------------------------- asking

    def url(self, code):
        return f"http://127.0.0.1:{self.port + 2 * MEMBERS.index(code)}"

    def get(self, path, code="BO"):
        with urllib.request.urlopen(self.url(code) + path) as answer:
            return json.load(answer)

    def wait(self, what, true):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                if true():
                    return
            except urllib.error.URLError:
                pass
            time.sleep(0.1)
        sys.exit(f"did not happen: {what}")

    # --------------------------------------------------------------- stating

    def key(self, code, purpose="issuer"):
        return os.path.join(self.directory, code, "keys", purpose + ".key")

    def file(self, name, content):
        path = os.path.join(self.out, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def at(self, code, *arguments):
        return self.run("quipu", "--node", self.url(code), "--output", "json", *arguments)

    def state(self, code, kind, statement, purpose="issuer", **fields):
        """One event, final; the reference LEAF/EVENT is its id and 0."""
        events = {"events": [{"decision_date": day(-2), **fields, kind: statement}]}
        said = self.at(code, "submit", self.file("event.json", events), "--key", self.key(code, purpose), "--wait")
        return json.loads(said)["id"]

    def keep_leaf(self, name, code, statement, ahead=0):
        """Signs what nobody gets to see yet."""
        keeper = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Kept", (Keeper,), {"node": self.url(code), "ahead": ahead}))
        threading.Thread(target=keeper.serve_forever, daemon=True).start()
        events = {"events": [{"decision_date": day(-2), **statement}]}
        subprocess.run([os.path.join(self.programs, "quipu"), "--node", f"http://127.0.0.1:{keeper.server_port}", "submit",
                        self.file("event.json", events), "--key", self.key(code)], capture_output=True)
        keeper.shutdown()
        with open(os.path.join(self.out, name + ".leaf"), "wb") as file:
            file.write(keeper.RequestHandlerClass.kept)

    def propose(self, name, *change):
        self.at("BO", "proposal", "open", name, "--expires", day(30), *change, "--key", self.key("BO", "governance"))
        self.wait(f"{name} is open", lambda: self.proposal(name) == "OPEN")

    def proposal(self, name):
        return {each["proposal"]: each["state"] for each in self.get("/v1/proposals?opener=BO")["proposals"]}.get("BO/" + name)

    def decide(self, name, *change):
        self.propose(name, *change)
        for code in MEMBERS[:3]:
            self.at(code, "proposal", "vote", "BO/" + name, "--key", self.key(code, "governance"))
        self.wait(f"{name} is in force", lambda: self.proposal(name) == "IN_FORCE")

    def parameter(self, name, value):
        change = self.file("change.json", {"parameter": {"name": name, "value": value}})
        self.decide(name.replace("_", "-").upper(), "--change", change)

    # ------------------------------------------------------------- the story

    def certificates(self, code, status):
        return [each for each in self.get(f"/v1/list?issuer={code}&status=ALL&limit=5000")["items"] if each["status"] == status]

    def ask_for_a_history(self):
        """A firm without certificates, and a person of whom the log has commitments alone."""
        line = lambda stated, **more: json.dumps({"recorded_on": day(-2), "administration": "BR", "event": {
            "decision_date": day(-3), "operator_registered": stated}, "identity": {
                "legal_name": "Ninguem SA", "trade_name": "Ninguem", "city": "Santos", "country": "BR"}, **more})
        lines = [line({"subject": "BR-GONE", "person": "LEGAL", "tin": "BR00000000000191"}),
                 line({"subject": "BR-PERSON", "person": "NATURAL"}, private_tin="BR71940386255")]
        self.at("BR", "import", "history", self.file("BR.jsonl", "\n".join(lines) + "\n"), "--key", self.key("BR"))
        self.parameter("retention_days", "0")
        self.state("BR", "subject_erased", {"subject": "BR-GONE"})
        self.wait("BR-GONE is erased", lambda: self.get("/v1/erasures", "BR")["erasures"])

    def applications_and_validations(self):
        self.parameter("application_profile", "1")
        self.state("PE", "application_filed", {"application": "AP-1", "applicant_commitment": commitment("a"),
                                               "scheme": "SECURITY", "roles": ["IMPORTER"], "filed_on": day(-9)})
        self.state("PE", "application_accepted", {"application": "AP-1", "accepted_on": day(-8), "decision_due": day(-4)})
        self.state("BO", "expert_accredited", {"expert": "EX-1", "languages": ["ES"], "fields": ["PHYSICAL"], "until": day(300)},
                   effective_from=day(-2))
        firm = self.certificates("BO", "ACTIVE")[0]
        self.state("BO", "validation_recorded", {"validation": "JOINT-1", "issuer": "BO", "subject": firm["subject"][3:],
                                                 "mode": "JOINT", "from": day(-2), "to": day(-2), "participants": ["BO", "PE"],
                                                 "experts": ["EX-1"], "result": "COMPLIANT", "report_hash": commitment("b")})
        self.state("PE", "validation_cosigned", {"author": "BO", "validation": "JOINT-1", "note_hash": commitment("c")})

    def recognition(self):
        firm = self.certificates("BO", "ACTIVE")[1]["subject"][3:]
        self.state("PE", "alias_set", {"issuer": "BO", "subject": firm, "recogniser": "PE", "kind": "RUC", "alias": "20123456789"})
        self.state("PE", "benefits_denied", {"arrangement": "ARR", "issuer": "BO", "subject": firm, "until": day(90)})
        self.state("PE", "irregularity_reported", {"case": "CASE-1", "issuer": "BO", "subject": firm, "severity": 2,
                                                   "content_commitment": commitment("d"), "answer_due": day(20)})
        self.state("BO", "irregularity_answered", {"reporter": "PE", "case": "CASE-1", "outcome": "UNDER_REVIEW"})
        self.state("PE", "irregularity_reported", {"case": "CASE-2", "issuer": "BO", "subject": firm, "severity": 1,
                                                   "content_commitment": commitment("e"), "answer_due": day(9)})
        self.state("BO", "irregularity_answered", {"reporter": "PE", "case": "CASE-2", "outcome": "NO_ACTION"})
        self.state("BR", "party_withdrawn", {"arrangement": "MERCOSUR", "notified_on": day(-2)}, effective_from=day(90))
        return firm

    def figures(self):
        attested = self.get("/v1/list?issuer=BO&attest=1&limit=1&on=" + day(-2))["attestation"]
        self.state("BO", "list_attested", {"as_of": day(-2), "active": str(attested["active"]), "list_root": attested["list_root"]})
        for month in ("2025-11", "2025-12"):
            self.state("BO", "programme_statistics", {"month": month, "active": "3", "granted": "1"})

    def appeals(self):
        number = self.certificates("BO", "REVOKED")[0]["certificate"][3:]
        events = self.get(f"/v1/certificates/BO/{number}/history")["events"]
        revoked = next(each for each in events if "certificate_revoked" in each["statement"])
        target = {"leaf": base64.b64encode(bytes.fromhex(revoked["id"])).decode(), "index": revoked["event"]}
        self.state("BO", "appeal_lodged", {"target": {name: value for name, value in target.items() if value}, "stay": True})
        granted = next(each for each in self.certificates("BR", "ACTIVE") if len(each["roles"]) > 1)
        self.state("BR", "certificate_suspended", {"certificate": granted["certificate"][3:], "ground": "INVESTIGATION",
                                                   "until": day(5), "roles": granted["roles"][:1]})
        return number, granted["certificate"][3:]

    def membership(self):
        """CL goes over to dual control, which ends the epoch, and then has a suspension wait."""
        card = os.path.join(self.out, "CL.member.json")
        self.run("quipu", "member", "card", "--keys", os.path.dirname(self.key("CL")), "--address",
                 f"127.0.0.1:{self.port + 5}", "--name", "Aduanas", "--dual-control", "--out", card)
        self.decide("CL-TWO-EYES", "--card", card)
        self.wait("there is a next epoch", lambda: self.get("/v1/members")["epoch"] == 1)
        number = self.certificates("CL", "ACTIVE")[0]["certificate"][3:]
        self.state("CL", "certificate_suspended", {"certificate": number, "ground": "INVESTIGATION", "until": day(30)})
        self.decide("LEVELS", "--change", self.file("change.json", {"code_list": {"name": "level", "codes": ["GOLD", "SILVER"]}}))
        self.propose("OPEN-1", "--change", self.file("change.json", {"parameter": {"name": "renewal_grace_days", "value": "60"}}))
        return number

    def lose_a_key(self):
        """PE's issuer key, so that all that PE has stated is disputed."""
        member = next(each for each in self.get("/v1/members")["members"] if each["administration"] == "PE")
        key = next(each["public_key"] for each in member["keys"] if each["purpose"] == "ISSUER")
        self.state("PE", "key_revoked", {"public_key": key, "compromised_since": day(-1)}, purpose="governance",
                   decision_date=day(0))

    def leaves(self, taken):
        """To be sent by the checks: refused, of a taken number, behind a gap."""
        register = lambda name: {"operator_registered": {"subject": name, "person": "LEGAL", "tin": "BO" + name[3:]}}
        self.keep_leaf("rival", "BO", register("BO-77000001"))
        final = self.state("BO", "operator_registered", register("BO-77000002")["operator_registered"])
        self.keep_leaf("refused", "BO", {"operator_registered": {"subject": taken, "person": "LEGAL", "tin": "BO99999999"}})
        self.keep_leaf("next", "BO", register("BO-77000003"))
        # The second is refused once the first is there.
        self.keep_leaf("filler", "BR", {"consent_granted": {"subject": "BR-PERSON", "arrangements": ["BR-UY"]}})
        self.keep_leaf("doomed", "BR", {"consent_granted": {"subject": "BR-NOBODY"}}, ahead=1)
        self.keep_leaf("gap", "BR", {"consent_granted": {"subject": "BR-PERSON"}}, ahead=5)
        return final

    def tell(self):
        self.ask_for_a_history()
        self.applications_and_validations()
        firm = self.recognition()
        self.figures()
        appealed, suspended = self.appeals()
        pending = self.membership()
        final = self.leaves(firm)
        self.lose_a_key()
        operators = self.get("/v1/list?issuer=BO&limit=1")["items"]
        return {"firm": firm, "appealed": "BO/" + appealed, "partly_suspended": "BR/" + suspended, "pending": "CL/" + pending,
                "final": final, "some": operators[0], "annulled": self.relied_on()}

    def relied_on(self):
        """An annulled certificate that others recognised before."""
        for code in MEMBERS:
            for each in self.certificates(code, "ANNULLED"):
                if self.get(f"/v1/certificates/{each['certificate']}/exposure")["items"]:
                    return each["certificate"]
        sys.exit("nobody relied on an annulled certificate")

    # ------------------------------------------------------------- the nodes

    def open_desk(self, code):
        """From its next start on this node posts to a desk what changed for Peru."""
        desk = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        threading.Thread(target=desk.serve_forever, daemon=True).start()
        folder = os.path.join(self.directory, code)
        with open(os.path.join(folder, "desk.secret"), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("whsec_" + base64.b64encode(bytes(32)).decode() + "\n")
        with open(os.path.join(folder, "quipud.toml"), "a", encoding="utf-8") as file:
            file.write(f'\n[[webhooks]]\nname = "desk"\nurl = "http://127.0.0.1:{desk.server_port}/"\nsecret_file = "desk.secret"\n'
                       'as = "PE"\nrecognition_changes_only = true\nsince = 0\n')

    def posts(self):
        self.wait("the desk was told enough", lambda: len(Desk.posts) == Desk.MOST)
        return Desk.posts

    def want_tokens(self, code):
        """From now on guests may look up at this node and nothing else. A token of each role."""
        settings = os.path.join(self.directory, code, "quipud.toml")
        with open(settings, encoding="utf-8") as file:
            text = file.read()
        assert 'guests = "auto"' in text
        with open(settings, "w", encoding="utf-8") as file:
            file.write(text.replace('guests = "auto"', 'guests = "reader"'))
        tokens = {role: self.run("quipud", "token", "new", "--config", settings, "--role", role).strip() for role in ROLES}
        tokens["second"] = self.run("quipud", "token", "new", "--config", settings, "--role", "submitter").strip()
        self.sign_for_submitters(settings)
        self.run("quipu-testnet", "restart", code, "--dir", self.directory)
        return tokens

    def sign_for_submitters(self, settings):
        """Managed signing, for two to ask for the same."""
        listed = [line.split() for line in self.run("quipud", "token", "list", "--config", settings).splitlines()]
        named = " ".join(token for token, _, roles, *_ in listed if roles == "submitter")
        with open(settings, encoding="utf-8") as file:
            text = file.read()
        assert 'issuer_key = ""' in text
        for setting, value in (('issuer_key = ""', 'issuer_key = "keys/issuer.key"'), ('identities = ""', f'identities = "{named}"'),
                               ("confirmations = 1", "confirmations = 2")):
            text = text.replace(setting, value)
        with open(settings, "w", encoding="utf-8") as file:
            file.write(text)

    def start_follower(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.follower = subprocess.Popen([os.path.join(self.programs, "quipud"), "--follow", self.url("BO"), "--genesis",
                                          os.path.join(self.directory, "genesis.json"), "--dir",
                                          os.path.join(self.out, "follower"), "--http", address],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        height = self.get("/v1/node/status")["height"]

        def has_caught_up():
            with urllib.request.urlopen(f"http://{address}/v1/node/status") as answer:
                return json.load(answer)["height"] >= height
        self.wait("the follower has caught up", has_caught_up)
        return f"http://{address}"

    def stop(self):
        if self.follower:
            self.follower.terminate()
            self.follower.wait()
        super().stop()


def main():
    programs, sample, out, *command = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    world = World(programs, sample, out)
    world.stop()  # one that an earlier run may have left behind
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    try:
        world.start("--import")
        told = world.tell()
        world.open_desk("CL")
        told["tokens"] = world.want_tokens("CL")
        told["posts"] = world.posts()
        world.published_size()
        told |= {"nodes": {code: world.url(code) for code in MEMBERS}, "follower": world.start_follower()}
        done = subprocess.run(command, env={**os.environ, "QUIPU_WORLD": world.file("world.json", told)}).returncode
    finally:
        world.stop()
    if done == 0:
        shutil.rmtree(world.directory)
    sys.exit(done)


main()
