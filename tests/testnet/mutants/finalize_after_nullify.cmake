# SPDX-License-Identifier: Apache-2.0
# FINALIZE is signed in a view that was nullified.
set(FILE consensus/guard.cpp)
set(TEXT [==[  if (next.top_nullified) return std::unexpected(Refusal::kNullifiedBefore);
  if (next.top_finalized && *next.top_finalized != subject) return std::unexpected(Refusal::kFinalizedBefore);
  if (next.top_notarized && *next.top_notarized != subject)]==])
set(REPLACEMENT [==[  if (next.top_finalized && *next.top_finalized != subject) return std::unexpected(Refusal::kFinalizedBefore);
  if (next.top_notarized && *next.top_notarized != subject)]==])
set(MEMBERS 4)
set(SEEDS 1 200)
