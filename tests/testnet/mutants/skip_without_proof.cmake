# SPDX-License-Identifier: Apache-2.0
# A view is skipped without the proof that it was nullified.
set(FILE consensus/proofs.cpp)
set(TEXT [==[    if (find(view, VoteKind::kNullify) != nullptr) continue;]==])
set(REPLACEMENT [==[    if (view.value > 0) continue;]==])
set(MEMBERS 4)
set(SEEDS 20 120)
