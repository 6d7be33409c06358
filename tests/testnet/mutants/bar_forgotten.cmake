# SPDX-License-Identifier: Apache-2.0
# A member that forgot its votes asks how far the others are, and votes where they are.
set(FILE consensus/recovery.cpp)
set(TEXT [==[  if (forgot) abstain(start_bound, ]==])
set(REPLACEMENT [==[  if (forgot) abstain({1}, ]==])
set(MEMBERS 4!6)
set(SEEDS 1 200)
