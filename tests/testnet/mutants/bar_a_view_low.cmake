# SPDX-License-Identifier: Apache-2.0
# A member that forgot its votes votes again above the highest view told, not one more.
set(FILE consensus/recovery.cpp)
set(TEXT [==[  start_bound = current.next();]==])
set(REPLACEMENT [==[  start_bound = current;]==])
set(MEMBERS 4)
set(SEEDS 1 200)
