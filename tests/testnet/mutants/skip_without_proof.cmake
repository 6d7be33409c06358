# SPDX-License-Identifier: Apache-2.0
# A view is skipped without the proof that it was nullified.
set(FILE consensus/proofs.cpp)
set(TEXT [==[  if (view >= before) return std::nullopt;]==])
set(REPLACEMENT [==[  if (view.value > 0) return std::nullopt;]==])
set(MEMBERS 4)
set(SEEDS 2255 2262)
