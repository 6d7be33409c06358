#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prometheus' own tool. rules: are the alerts in order, does each fire when and only when it should, and can what the dashboard
# asks be answered? page: is what a node shows in Prometheus' format and named as its users expect?
# Usage: promtool.sh rules MONITORING_FOLDER WORK_FOLDER | promtool.sh page PAGE
set -eu
command -v promtool >/dev/null || { echo "SKIPPED: promtool is not installed (sh testnet/install.sh tests)"; exit 0; }
here=$(cd "$(dirname "$0")" && pwd)
if [ "$1" = page ]; then exec promtool check metrics <"$2"; fi
mkdir -p "$3"
cp "$2/alerts.yml" "$here/alerts_test.yml" "$3"
python3 -B "$here/dashboard_rules.py" "$2/dashboard.json" >"$3/dashboard.yml"
promtool check rules "$3/alerts.yml" "$3/dashboard.yml"
promtool test rules "$3/alerts_test.yml"
