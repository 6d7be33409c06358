# SPDX-License-Identifier: Apache-2.0
# NOTARIZE beside NULLIFY is taken for a contradiction.
set(FILE consensus/votes.cpp)
set(TEXT [==[  if (high != VoteKind::kFinalize) return false;                                         // N and X may both be signed
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4)
set(SEEDS 1 200)
