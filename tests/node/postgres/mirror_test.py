#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`quipu mirror postgres://` against a real PostgreSQL server and a real network in which there is something of everything
(tests/node/api/network.py, which runs this): its tables are compared with what the node answers, on both clocks.
Usage: mirror_test.py PROGRAMS
"""
import contextlib
import datetime
import http.server
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server

PROGRAMS = sys.argv.pop(1)
PATIENCE_S = 60
ROWS_OF = ("block", "submission", "event", "operator", "operator_tin", "certificate", "certificate_period", "arrangement",
           "recognition_period", "member")
with open(os.environ["QUIPU_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)
NODE = WORLD["nodes"]["BO"]


def get(path):
    with urllib.request.urlopen(NODE + path) as answer:
        return json.load(answer)


def pages(path):
    """Every item of a list that comes in pages."""
    after = ""
    while True:
        answer = get(path + after)
        yield from answer["items"]
        if not answer.get("next_after"):
            return
        after = "&after=" + urllib.parse.quote(answer["next_after"])


def array(text):
    """Of PostgreSQL's text of an array of codes."""
    return [each for each in text[1:-1].split(",") if each]


@contextlib.contextmanager
def guarded(token):
    """URL of the node behind a door that this token opens."""
    class Door(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            status, body = 401, b""
            if self.headers.get("Authorization") == "Bearer " + token:
                try:
                    with urllib.request.urlopen(NODE + self.path) as answer:
                        status, body = 200, answer.read()
                except urllib.error.HTTPError as error:
                    status = error.code
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class Mirror(unittest.TestCase):
    maxDiff = 4_000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.remove)
        cls.folder = tempfile.mkdtemp(prefix="quipu-mirror-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.export = os.path.join(cls.folder, "export")
        subprocess.run([os.path.join(PROGRAMS, "quipu"), "--node", NODE, "export", "--out", cls.export], check=True,
                       stdout=subprocess.DEVNULL)
        cls.height = max(int(name) for name in os.listdir(os.path.join(cls.export, "checkpoints")))
        cls.whole = cls.server.create("whole")
        done = cls.mirror(cls.whole, cls.export, "whole", "--once")
        assert done.returncode == 0, done.stderr

    @classmethod
    def command(cls, database, source, ledger, *more):
        return [os.path.join(PROGRAMS, "quipu"), "mirror", database, "--from", source, "--genesis",
                os.path.join(cls.export, "genesis"), "--ledger", os.path.join(cls.folder, ledger), *more]

    @classmethod
    def mirror(cls, *arguments):
        return subprocess.run(cls.command(*arguments), capture_output=True, text=True, timeout=PATIENCE_S)

    def height_in(self, database):
        try:
            return int(self.server.value(database, "select height from quipu.position") or -1)
        except RuntimeError:
            return -1  # before there is a table

    def contents(self, database):
        return {table: sorted(self.server.ask(database, f"select * from quipu.{table}")) for table in ROWS_OF}

    # ----------------------------------------------------- once, and complete

    def test_every_event_is_there_once_with_what_the_node_says_of_it(self):
        told = [each for each in pages("/v1/changes?since=0&limit=1000") if each["height"] <= self.height]
        self.assertGreater(len(told), 9_000)
        rows = self.server.ask("whole", "select leaf, event, height, administration, kind, coalesce(issuer || '/' || subject, ''), "
                               "coalesce(issuer || '/' || certificate, ''), coalesce(arrangement, ''), decision_date, late_days, "
                               "statement from quipu.events order by leaf, event")
        self.assertEqual(len(rows), len(told))
        for row, each in zip(rows, told):
            self.assertEqual(row[:10], [str(each["index"]), str(each["event"]), str(each["height"]), each["author"], each["kind"],
                                        each.get("operator", ""), each.get("certificate", ""), each.get("arrangement", ""),
                                        each["decision_date"], str(each.get("lag_days", 0))])
            self.assertEqual(json.loads(row[10]), each["statement"])

    def test_submissions_and_blocks_are_those_of_the_log(self):
        self.assertEqual(self.server.value("whole", "select count(*) from quipu.blocks"), str(self.height + 1))
        for height in (1, self.height // 2, self.height):
            block = get(f"/v1/blocks/{height}")
            rows = self.server.ask("whole", f"select leaf, id, administration, sequence, key, events from quipu.submissions where "
                                   f"height = {height} order by leaf")
            self.assertEqual(rows, [[str(each[name]) for name in ("index", "id", "administration", "sequence", "key", "events")]
                                    for each in block["submissions"]])
            self.assertEqual(self.server.ask("whole", f"select block, log_size, log_root from quipu.blocks where height = {height}"),
                             [[block["block"], str(block["size"]), block["root"]]])

    def test_killed_anywhere_it_goes_on_and_holds_everything_once(self):
        database = self.server.create("killed")
        seen = set()
        for kill in range(1, 9):
            running = subprocess.Popen(self.command(database, self.export, "killed", "--events-at-once", "20"),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            before, end = self.height_in("killed"), time.monotonic() + PATIENCE_S
            while self.height_in("killed") <= before + kill % 3 and running.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            running.kill()
            running.wait()
            seen.add(self.height_in("killed"))
        self.assertGreater(len([height for height in seen if -1 < height < self.height]), 1, "it was never killed amid its work")
        done = self.mirror(database, self.export, "killed", "--once", "--events-at-once", "20")
        self.assertEqual((done.returncode, done.stderr[:300]), (0, done.stderr[:300]))
        for table, rows in self.contents("whole").items():
            self.assertTrue(self.contents("killed")[table] == rows, table)

    def test_a_lost_ledger_is_filled_again_and_nothing_is_written_twice(self):
        before = self.contents("whole")
        done = self.mirror(self.whole, self.export, "another", "--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("events_written: 0", done.stdout)
        self.assertEqual(self.contents("whole"), before)

    # ------------------------------------------- the twin: what the node says

    def test_certificates_are_as_the_node_says_on_any_day_known_at_any_height(self):
        heights = sorted({1, self.height // 3, self.height // 2, self.height - 9, self.height})
        today = datetime.date.today().isoformat()
        statuses = set()
        for code, day, height in itertools.product(("BO", "BR", "CL", "PE"), ("2019-03-01", "2024-06-30", today), heights):
            told = {each["certificate"]: each for each in pages(f"/v1/list?issuer={code}&status=ALL&on={day}&known_at={height}&limit=1000")}
            rows = self.server.ask("whole", "select issuer || '/' || certificate, issuer || '/' || subject, scheme, status, roles, "
                                   "suspended_roles, coalesce(level, ''), coalesce(term_from::text, ''), coalesce(term_to::text, '') "
                                   f"from quipu.certificates_on('{day}', (select block_time from quipu.blocks where height = {height})) "
                                   f"where issuer = '{code}'")
            shown = {row[0]: [*row[1:4], array(row[4]), array(row[5]), *row[6:]] for row in rows}
            self.assertEqual(shown, {name: [each["subject"], each["scheme"], each["status"], each["roles"], each.get("suspended_roles", []),
                                            each.get("level", ""), each.get("valid_from", ""), each.get("valid_to", "")]
                                     for name, each in told.items()}, (code, day, height))
            statuses |= {each["status"] for each in told.values()}
        self.assertGreaterEqual(statuses, {"ACTIVE", "SUSPENDED", "EXPIRED", "REVOKED", "ANNULLED", "NOT_YET_EFFECTIVE"})

    def test_certificates_of_today_have_the_tin_that_the_node_says(self):
        for code in ("BO", "BR", "CL", "PE"):
            told = {(each["certificate"], each.get("tin", ""), each["status"])
                    for each in pages(f"/v1/list?issuer={code}&status=ALL&known_at={self.height}&limit=1000&on={datetime.date.today()}")}
            rows = self.server.ask("whole", "select issuer || '/' || certificate, coalesce(tin, ''), status from quipu.certificates "
                                   f"where issuer = '{code}'")
            self.assertEqual({tuple(row) for row in rows}, told)

    def test_recognition_by_pair_is_as_the_node_says(self):
        found = set()
        for day, height in itertools.product(("2021-01-01", "2024-06-30", "2027-12-31"), (1, self.height // 2, self.height)):
            arrangements = get(f"/v1/arrangements?on={day}&known_at={height}")["arrangements"]
            told = {(edge["recogniser"], edge["issuer"], each["arrangement"]["arrangement"], edge["status"],
                     *(tuple(edge.get(name, [])) for name in ("schemes", "roles", "flows", "benefits")))
                    for each in arrangements if each["in_force"] for edge in each["edges"]}
            rows = self.server.ask("whole", "select recogniser, issuer, arrangement, status, schemes, roles, flows, benefits from "
                                   f"quipu.recognition_on('{day}', (select block_time from quipu.blocks where height = {height}))")
            self.assertEqual({(*row[:4], *(tuple(array(each)) for each in row[4:])) for row in rows}, told, (day, height))
            found |= {each[3] for each in told}
        self.assertGreaterEqual(found, {"LIVE", "ENDED"})

    def test_indicators_add_up_to_what_the_node_says(self):
        counts = ("declarations", "green", "documentary", "physical", "released", "minutes_total")
        told = {(item["reporter"], item["arrangement"], item["partner"], item["flow"], item["mode"], group["group"],
                 *(group[name] for name in ("cells", *counts)))
                for item in pages(f"/v1/indicators?known_at={self.height}&limit=1000") for group in item["groups"]}
        sums = ", ".join(f"sum({name})" for name in counts)
        rows = self.server.ask("whole", f"select reporter, arrangement, partner, flow, mode, cohort, count(*), {sums} from "
                               "quipu.indicators group by 1, 2, 3, 4, 5, 6")
        self.assertEqual({(*row[:6], *map(int, row[6:])) for row in rows}, told)
        self.assertGreater(len(told), 50)

    def test_members_are_as_the_node_says(self):
        told = {each["administration"] for each in get("/v1/members")["members"]}
        self.assertEqual({row[0] for row in self.server.ask("whole", "select administration from quipu.members where left_height is null")}, told)

    def test_what_stays_off_the_log_is_not_in_the_tables(self):
        dump = self.server.run("psql", "-X", "-A", "-t", "-h", self.server.directory, "-U", "quipu", "-d", "whole", "-c",
                               "select statement from quipu.events")
        self.assertNotIn("Ninguem", dump)  # the name that network.py hands over beside the log
        self.assertNotIn("71940386255", dump)

    # ------------------------------------------------------------ refusals

    def refused(self, words, *arguments):
        done = self.mirror(*arguments)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        self.assertNotIn("a-secret", done.stdout + done.stderr)

    def tampered(self, name, path, change):
        folder = os.path.join(self.folder, name)
        shutil.copytree(self.export, folder)
        with open(os.path.join(folder, path), "rb") as file:
            content = bytearray(file.read())
        with open(os.path.join(folder, path), "wb") as file:
            file.write(change(content))
        return folder

    def test_nothing_is_written_from_a_source_that_was_changed(self):
        def flip(content):
            content[len(content) // 2] ^= 1
            return content
        bundle = next(os.path.relpath(os.path.join(top, name), self.export)
                      for top, _, names in os.walk(os.path.join(self.export, "tile", "entries")) for name in names)
        votes = f"quorum/{self.height - 1}"
        for number, path in enumerate((bundle, "checkpoint", votes)):
            name = f"changed{number}"
            database = self.server.create(name)
            self.refused("nothing was written", database, self.tampered(name, path, flip), name + "-ledger", "--once")
            self.assertEqual(self.height_in(name), -1, path)
            for table in ROWS_OF:
                self.assertEqual(self.server.value(name, f"select count(*) from quipu.{table}"), "0")

    def test_tables_of_another_chain_or_another_history_are_left_alone(self):
        for name, column, words in (("chain", "chain", "another chain"), ("history", "block", "another block"), ("forged", "log_root", "another block or root")):
            database = self.server.create(name)
            self.assertEqual(self.mirror(database, self.export, name, "--once").returncode, 0)
            self.server.ask(name, f"update quipu.position set {column} = repeat('f', 64)")
            before = self.contents(name)
            self.refused(words, database, self.export, name, "--once")
            self.assertEqual(self.contents(name), before)

    def test_tables_of_a_newer_version_are_left_alone(self):
        database = self.server.create("newer")
        self.assertEqual(self.mirror(database, self.export, "newer", "--once").returncode, 0)
        self.server.ask("newer", "insert into quipu.migration (version, name) values (99, '0099-later')")
        self.refused("newer quipu", database, self.export, "newer", "--once")

    def test_what_is_not_there_is_said_with_the_next_step(self):
        self.refused("check the URL with psql", self.server.url("nowhere").replace("quipu@", "quipu:a-secret@"), self.export, "nowhere", "--once")
        self.refused("is no folder", self.whole, self.folder + "/no-such", "nowhere", "--once")

    def test_a_source_that_wants_a_token_is_shown_it(self):
        database = self.server.create("guarded")
        token = os.path.join(self.folder, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("quipu-guarded\n")
        with guarded("quipu-guarded") as url:
            self.refused("401", database, url, "guarded", "--once")
            done = self.mirror(database, url, "guarded", "--once", "--token-file", token)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(self.height_in("guarded"), self.height)

    # ----------------------------------------------------------- following

    def test_it_follows_survives_the_servers_restart_and_ends_cleanly(self):
        database = self.server.create("following")
        with open(os.path.join(self.folder, "said"), "w", encoding="utf-8") as said:
            running = subprocess.Popen(self.command(database, NODE, "following", "--every", "1"), stdout=said, stderr=said)
        try:
            self.wait(lambda: self.height_in("following") >= self.height)
            self.refused("another mirror fills", database, self.export, "second", "--once")
            self.server.stop()
            time.sleep(2.5)
            self.server.start()
            self.server.ask("following", "update quipu.position set height = height")  # it answers again
            self.wait(lambda: self.server.ask("following", "select 1 from pg_stat_activity where application_name = 'quipu mirror'"))
            self.assertIsNone(running.poll())
        finally:
            running.send_signal(signal.SIGTERM)
            code = running.wait(PATIENCE_S)
        self.assertEqual(code, 0)

    def wait(self, true):
        end = time.monotonic() + PATIENCE_S
        while not true():
            self.assertLess(time.monotonic(), end, "did not happen")
            time.sleep(0.1)


unittest.main(verbosity=1)
