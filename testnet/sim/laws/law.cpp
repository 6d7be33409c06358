// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

std::string name_of(const Who& who) { return "node " + std::to_string(who.endpoint); }

std::vector<std::unique_ptr<Law>> all_laws(const LawContext& context) {
  std::vector<std::unique_ptr<Law>> laws;
  for (const auto make :
       {&agreement, &bounds, &durable_outcomes, &durable_votes, &honest_votes, &quorum_proofs, &submissions})
    laws.push_back(make(context));
  return laws;
}

}  // namespace quipu::testnet
