#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs cpack so that it does not matter whose umask it runs under: folders in a package, and the package's own parts, have modes by it.
# Usage: pack.sh CPACK ARGUMENT ...
umask 022
exec "$@"
