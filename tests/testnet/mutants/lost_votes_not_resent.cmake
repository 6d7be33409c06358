# SPDX-License-Identifier: Apache-2.0
# NULLIFY votes that were lost are never sent again.
set(FILE consensus/engine.cpp)
set(TEXT [==[      if (const auto vote = votes.find(current, config.self, VoteKind::kNullify)) broadcast(*vote);
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4)
set(SEEDS 1 200)
