# SPDX-License-Identifier: Apache-2.0
# FINAL is told when the block is finalized, not when it is durable.
set(FILE node/replica/execution.cpp)
set(TEXT [==[  committing.push_back(effect.tip);
]==])
set(REPLACEMENT [==[  committing.push_back(effect.tip);
  for (const auto& each : commit.blocks)
    for (const auto& submission : chain.find(each.executed->after.block)->submissions)
      out.emplace_back(Changed{{submission->id, Phase::kFinal, each.executed->after.height, 0, 0, std::nullopt}});
]==])
set(MEMBERS 4)
set(SEEDS 1 200)
