#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the dashboard's questions as recording rules, for promtool to say whether they are in order.
Usage: dashboard_rules.py DASHBOARD
"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    panels = json.load(file)["panels"]
asked = [target["expr"].replace("$instance", ".+") for panel in panels for target in panel["targets"]]
rules = [{"record": f"question:{number}", "expr": expr} for number, expr in enumerate(asked)]
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))  # JSON is YAML
