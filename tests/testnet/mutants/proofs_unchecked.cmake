# SPDX-License-Identifier: Apache-2.0
# The signatures in a quorum proof are not checked.
set(FILE consensus/quorum_proof.cpp)
set(TEXT [==[  return all_good;]==])
set(REPLACEMENT [==[  return true;]==])
set(MEMBERS 7)
set(SEEDS 1 200)
