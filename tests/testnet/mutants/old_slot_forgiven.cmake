# SPDX-License-Identifier: Apache-2.0
# A safety file that does not show a vote of its member is believed all the same.
set(FILE consensus/recovery.cpp)
set(TEXT [==[    abstain(kUntilTold, "REG]==])
set(REPLACEMENT [==[    if (signs.size() > 1'000) abstain(kUntilTold, "REG]==])
set(MEMBERS 4)
set(SEEDS 46 46)
