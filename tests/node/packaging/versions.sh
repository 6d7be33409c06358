#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each program says which version it is: that of the packages.
# Usage: versions.sh VERSION PROGRAMS PROGRAM ...
version=$1 programs=$2 status=0
shift 2
for program in "$@"; do
  said=$("$programs/$program" --version 2>&1)
  [ "$said" = "$program $version" ] || { echo "$program --version says '$said', not '$program $version'"; status=1; }
done
exit $status
