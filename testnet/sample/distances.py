#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes distances.csv: how long bytes may be on their way between the capitals of the eleven administrations.

Computed, not measured: the great circle on a sphere of 6,371 km, light in fibre at two thirds of its speed in vacuum (200 km a
millisecond), twice the way, since cables go round mountains and through exchanges, and 1 ms for the equipment; up to a tenth more as
jitter, at least 1 ms. Usage: distances.py [--write]: without, says whether the file is what it writes.
"""
import itertools
import math
import os
import sys

CAPITALS = {  # degrees north, degrees east
    "AR": ("Buenos Aires", -34.60, -58.38),
    "BO": ("La Paz", -16.50, -68.15),
    "BR": ("Brasilia", -15.79, -47.88),
    "CL": ("Santiago", -33.45, -70.67),
    "CO": ("Bogota", 4.71, -74.07),
    "CR": ("San Jose", 9.93, -84.08),
    "DO": ("Santo Domingo", 18.49, -69.93),
    "GT": ("Guatemala City", 14.63, -90.51),
    "PE": ("Lima", -12.05, -77.04),
    "PY": ("Asuncion", -25.26, -57.58),
    "UY": ("Montevideo", -34.90, -56.16),
}
RADIUS_KM, KM_PER_MS, ROUTE_FACTOR, EQUIPMENT_MS, JITTER = 6371, 200, 2, 1, 0.1


def kilometres(one, other):
    (_, north, east), (_, north2, east2) = CAPITALS[one], CAPITALS[other]
    a, b, turn = math.radians(north), math.radians(north2), math.radians(east2 - east)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    return 2 * RADIUS_KM * math.asin(math.sqrt(half))


def rows():
    yield "one,other,delay_ms,jitter_ms"
    for one, other in itertools.combinations(CAPITALS, 2):
        delay = round(EQUIPMENT_MS + ROUTE_FACTOR * kilometres(one, other) / KM_PER_MS)
        yield f"{one},{other},{delay},{max(1, round(delay * JITTER))}"


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "distances.csv")
text = "\n".join(rows()) + "\n"
if sys.argv[1:] == ["--write"]:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
with open(path, encoding="utf-8") as file:
    sys.exit(0 if file.read() == text else "distances.csv is not what distances.py writes: run it with --write")
