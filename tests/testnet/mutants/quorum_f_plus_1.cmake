# SPDX-License-Identifier: Apache-2.0
# A quorum of f + 1: two of them need not meet in an honest member.
set(FILE consensus/members.cpp)
set(TEXT [==[return members - max_faulty(members);]==])
set(REPLACEMENT [==[return max_faulty(members) + 1;]==])
set(MEMBERS 4)
set(SEEDS 1 200)
