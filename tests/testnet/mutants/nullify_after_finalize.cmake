# SPDX-License-Identifier: Apache-2.0
# NULLIFY is signed in a view that was finalized.
set(FILE consensus/guard.cpp)
set(TEXT [==[  if (next.top_finalized) return std::unexpected(Refusal::kFinalizedBefore);
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 7)
set(SEEDS 1 200)
