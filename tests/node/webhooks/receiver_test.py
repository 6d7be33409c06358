#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks of a real node against a receiver that refuses for a while, is away across a kill of the node, and comes back: it has each
change, in the order of the log, and each is one by its id. Every post is checked by the example of docs/api.md.
Usage: receiver_test.py PROGRAMS SAMPLE OUT API_PAGE
"""
import json

from receiving import DAY, SECRET, check, check_taken, have_all, make_history, run, wait

LOWEST_PORT = 22000
NEXT_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def play(office, new_receiver):
    receiver = new_receiver()
    office.start()
    receiver.open()
    office.testnet("kill")
    office.set_up(receiver.url())
    receiver.refuse_next = 2
    office.testnet("restart")
    make_history(office)
    wait("a receiver that refused twice has everything", lambda: have_all(receiver, office.changes()))
    check(receiver.refused == 2, "nothing was refused")
    granted = json.loads(receiver.taken[-1][1])["data"]["recognition"]
    check(granted["after"] == {"recognised": True, "reason": "RECOGNISED"}, str(granted))

    receiver.close()
    office.import_lines("CL", slice(2, 40))
    wait("the posts fail", lambda: office.metric("quipu_webhook_failures_total") >= 3)
    check(office.metric("quipu_webhook_lag_seconds") > 0, "no lag though nothing is taken")
    office.testnet("kill")
    office.write_secret(NEXT_SECRET, SECRET)
    office.testnet("restart")
    office.state({"reason": "AUDIT", "certificate_suspended": {"certificate": "CL-0777", "ground": "INVESTIGATION",
                                                               "until": f"{int(DAY[:4]) + 1}-01-31"}})
    wait("the suspension reaches Peru", lambda: office.changes()[-1]["kind"] == "certificate_suspended")
    receiver.secret, receiver.refuse_next = NEXT_SECRET, 0
    receiver.open()
    wait("a receiver that was away has everything", lambda: have_all(receiver, office.changes()))
    bodies = check_taken(receiver, office.changes())
    lost = json.loads(list(bodies.values())[-1])
    check(lost["type"] == "certificate_suspended", lost["type"])
    check(lost["data"]["recognition"]["after"]["reason"] == "SUSPENDED", str(lost))
    check(lost["data"]["recognition"]["changes"] != [], str(lost))

    taken = len(receiver.taken)
    office.testnet("restart")
    office.state({"consent_withdrawn": {"subject": "CL-77"}})
    wait("one more change comes", lambda: have_all(receiver, office.changes()))
    check_taken(receiver, office.changes())
    check(len(receiver.taken) <= taken + 64 + 1, "a killed node told more again than it may")
    wait("nothing lags", lambda: office.metric("quipu_webhook_lag_seconds") == 0)
    check("whsec_" not in office.log() and "MfKQ9r8G" not in office.log(), "a secret is in the log")
    check("webhook desk: msg_" in office.log(), "the log says nothing of failures")
    print(f"{len(bodies) + 1} changes, {len(receiver.taken)} posts taken, each change once by its id")


run(play, LOWEST_PORT)
