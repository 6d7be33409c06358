# SPDX-License-Identifier: Apache-2.0
# What members say that do not know how high they voted is believed.
set(FILE consensus/recovery.cpp)
set(TEXT [==[ || status.recovering || ]==])
set(REPLACEMENT [==[ || ]==])
set(MEMBERS 7)
set(SEEDS 1 200)
