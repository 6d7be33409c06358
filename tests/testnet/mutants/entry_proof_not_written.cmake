# SPDX-License-Identifier: Apache-2.0
# The proof that let a node into a view is not written.
set(FILE consensus/voting.cpp)
set(TEXT [==[  batch.proofs = proofs.hand_out(batch.ticket);
]==])
set(REPLACEMENT [==[  static_cast<void>(proofs.hand_out(batch.ticket));
]==])
set(MEMBERS 4)
set(SEEDS 1 200)
