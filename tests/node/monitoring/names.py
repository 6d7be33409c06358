#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts, dashboard and pages speak of what nodes really show, and of each other's alerts.

Every metric that alerts.yml, dashboard.json, docs/alerts.md and docs/operating.md name stands on a member's or a follower's
page; every metric on those is named in docs/operating.md. Every alert has a case in alerts_test.yml and a section in
docs/alerts.md, and no section or case is of an alert that is not there.
Usage: names.py ROOT PAGE ...
"""
import json
import os
import re
import sys

METRIC = re.compile(r"\b(quipu_[a-z0-9_]*[a-z0-9]|process_[a-z0-9_]*[a-z0-9])\b(?!/)")
ALERT = re.compile(r"\bQuipu[A-Z]\w+")
# Words of ours that begin alike and are no metrics.
NO_METRIC = {"quipu_runtime"}


def read(root, *path):
    with open(os.path.join(root, *path), encoding="utf-8") as file:
        return file.read()


def shown(pages):
    """Names with samples, and for a histogram its family name too."""
    names, families = set(), set()
    for page in pages:
        with open(page, encoding="utf-8") as file:
            for line in file:
                if line.startswith("# TYPE "):
                    families.add(line.split()[2])
                elif not line.startswith("#"):
                    names.add(re.match(r"\w+", line)[0])
    return names, families


def expressions(root):
    """Where a metric is asked for, so each name must have samples."""
    dashboard = json.loads(read(root, "node", "monitoring", "dashboard.json"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [str(variable["query"]) for variable in dashboard["templating"]["list"]]
    return {"dashboard.json": "\n".join(asked), "alerts.yml": read(root, "node", "monitoring", "alerts.yml")}


def main():
    root, pages = sys.argv[1], sys.argv[2:]
    wrong = []
    names, families = shown(pages)
    if len(names) < 20:
        wrong.append(f"the pages show {len(names)} metrics: they are not a node's")
    for where, text in expressions(root).items():
        wrong += [f"{where} asks for {name}, which no node shows" for name in sorted(set(METRIC.findall(text)) - names)]
    operating = read(root, "docs", "operating.md")
    alerts_page = read(root, "docs", "alerts.md")
    for where, text in {"docs/operating.md": operating, "docs/alerts.md": alerts_page}.items():
        told = set(METRIC.findall(text)) - NO_METRIC
        wrong += [f"{where} tells of {name}, which no node shows" for name in sorted(told - names - families)]
    wrong += [f"docs/operating.md does not tell of {name}" for name in sorted(families) if f"`{name}`" not in operating]
    alerts = set(re.findall(r"- alert: (\w+)", read(root, "node", "monitoring", "alerts.yml")))
    if not alerts:
        wrong.append("alerts.yml has no alerts")
    for where, there in {
        "tests/node/monitoring/alerts_test.yml": set(ALERT.findall(read(root, "tests", "node", "monitoring", "alerts_test.yml"))),
        "docs/alerts.md": set(re.findall(r"^## (Quipu\w+)$", alerts_page, re.MULTILINE)),
    }.items():
        wrong += [f"{where} says nothing of {alert}" for alert in sorted(alerts - there)]
        wrong += [f"{where} speaks of {alert}, which is no alert" for alert in sorted(there - alerts)]
    print("\n".join(wrong) or f"{len(names)} series, {len(alerts)} alerts: all there")
    sys.exit(1 if wrong else 0)


main()
