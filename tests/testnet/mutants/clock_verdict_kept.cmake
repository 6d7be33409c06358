# SPDX-License-Identifier: Apache-2.0
# A refusal that was due to the clock alone is kept for ever.
set(FILE consensus/voting.cpp)
set(TEXT [==[  } else if (!with_clock) {
    known->check = Check::kInvalid;]==])
set(REPLACEMENT [==[  } else if (!with_clock || with_clock) {
    known->check = Check::kInvalid;]==])
set(MEMBERS 4)
set(SEEDS 1 200)
