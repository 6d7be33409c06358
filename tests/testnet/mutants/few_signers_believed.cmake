# SPDX-License-Identifier: Apache-2.0
# A quorum proof is believed however few signed it.
set(FILE consensus/quorum_proof.cpp)
set(TEXT [==[ || proof.signers.size() < members.quorum()) return false;]==])
set(REPLACEMENT [==[) return false;]==])
set(MEMBERS 7)
set(SEEDS 1 200)
