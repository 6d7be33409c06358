# SPDX-License-Identifier: Apache-2.0
# The signatures in a quorum proof are not checked.
set(FILE consensus/quorum_proof.cpp)
set(TEXT [==[signed_bytes, proof.signatures[i])) return false;]==])
set(REPLACEMENT [==[signed_bytes, proof.signatures[i])) continue;]==])
set(MEMBERS 7)
set(SEEDS 1 200)
