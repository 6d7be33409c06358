# SPDX-License-Identifier: Apache-2.0
# Messages are counted, not members.
set(FILE consensus/votes.cpp)
set(TEXT [==[  auto& slots = view[vote.signer];]==])
set(REPLACEMENT [==[  static thread_local std::size_t messages = 0;
  auto& slots = view[messages++ % members_.size()];]==])
set(MEMBERS 4)
set(SEEDS 1 200)
