# SPDX-License-Identifier: Apache-2.0
# A vote rests on a block that was never written.
set(FILE consensus/voting.cpp)
set(TEXT [==[  if (must_persist(kind, subject)) persist_for(subject, kind);
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4)
set(SEEDS 1 200)
